using System.Net;

namespace HierCash.Tests.Link;

/// <summary>Rule R22: what one subscriber has is one address.</summary>
public sealed class PeerNetworkTests
{
    /// <summary>A stranger with a line of IPv6 has 2^64 addresses, and one share for all of them.</summary>
    [TestCase("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true)]
    [TestCase("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [TestCase("192.0.2.1", "::ffff:192.0.2.1", true)]
    [TestCase("::ffff:192.0.2.1", "::ffff:192.0.2.2", false)]
    [TestCase("192.0.2.1", "192.0.2.2", false)]
    [TestCase("192.0.2.1", "::1", false)]
    [Rule(22)]
    public void WhatIsOneAddress(string first, string second, bool isOne)
    {
        Assert.That(Of(first, 1000).Equals(Of(second, 2000)), Is.EqualTo(isOne));
        Assert.That(Of(first, 1000), Is.EqualTo(Of(first, 2)), "whatever the port");
    }

    private static object Of(string address, int port) => PeerNetwork.Of(new IPEndPoint(IPAddress.Parse(address), port));
}
