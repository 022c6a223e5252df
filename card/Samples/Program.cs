using HierCash.Card.Samples;

return await CardHost.Serve(args, CounterApplet.Package, LoyaltyApplet.Package);
