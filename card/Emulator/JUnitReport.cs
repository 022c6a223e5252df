using System.Globalization;
using System.Xml;
using HierCash.Protocol.Traces;

namespace HierCash.Card.Emulator;

/// <summary>Results as JUnit XML, which build servers read.</summary>
internal static class JUnitReport
{
    public static void Write(string file, IReadOnlyList<TraceResult> results)
    {
        using var xml = XmlWriter.Create(file, new XmlWriterSettings { Indent = true });
        string Count(TraceOutcome outcome) => results.Count(r => r.Outcome == outcome).ToString(CultureInfo.InvariantCulture);
        xml.WriteStartElement("testsuite");
        xml.WriteAttributeString("name", "hiercash-card apdu run");
        xml.WriteAttributeString("tests", results.Count.ToString(CultureInfo.InvariantCulture));
        xml.WriteAttributeString("failures", Count(TraceOutcome.Failed));
        xml.WriteAttributeString("skipped", Count(TraceOutcome.NotRun));
        foreach (var result in results)
        {
            xml.WriteStartElement("testcase");
            xml.WriteAttributeString("name", result.Name);
            if (result.Outcome != TraceOutcome.Passed)
            {
                xml.WriteStartElement(result.Outcome == TraceOutcome.Failed ? "failure" : "skipped");
                xml.WriteAttributeString("message", result.Line > 0 ? $"line {result.Line}: {result.Message}" : result.Message);
                xml.WriteEndElement();
            }

            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }
}
