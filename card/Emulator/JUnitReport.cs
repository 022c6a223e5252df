using System.Globalization;
using System.Text;
using System.Xml;

namespace HierCash.Card.Emulator;

/// <summary>
/// Results as JUnit XML, which build servers read. The file is opened before the traces run, and takes no other file's place: only that of
/// an earlier report, which is known by how it begins.
/// </summary>
internal sealed class JUnitReport : IDisposable
{
    private const int Beginning = 512;
    private readonly string _path;
    private readonly FileStream _file;
    private bool _keeps;

    private JUnitReport(string path, FileStream file, bool keeps)
    {
        _path = path;
        _file = file;
        _keeps = keeps;
    }

    /// <exception cref="RefusedException">There is something else of that name, or it cannot be written; nothing was changed.</exception>
    public static JUnitReport Open(string path)
    {
        bool isThere = File.Exists(path);
        FileStream file;
        try
        {
            file = new FileStream(path, isThere ? FileMode.Open : FileMode.CreateNew, FileAccess.ReadWrite);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RefusedException(Outcome.StorageFailed, $"The report '{path}' cannot be written. {FileFault.Say(e)}");
        }

        if (isThere && !IsReport(file))
        {
            file.Dispose();
            throw new RefusedException(Outcome.AlreadyExists,
                $"'{path}' is there already, and is no JUnit report. Choose another name, or take that file away first.");
        }

        return new JUnitReport(path, file, keeps: isThere);
    }

    /// <summary>True for an earlier report, and for what holds nothing that could be lost: an empty file, a pipe.</summary>
    private static bool IsReport(FileStream file)
    {
        if (!file.CanSeek || file.Length == 0)
        {
            return true;
        }

        var bytes = new byte[Beginning];
        int count = file.ReadAtLeast(bytes, Beginning, throwOnEndOfStream: false);
        string text = Encoding.UTF8.GetString(bytes, 0, count).TrimStart('\uFEFF').TrimStart();
        return text.StartsWith("<testsuite", StringComparison.Ordinal)
            || (text.StartsWith("<?xml", StringComparison.Ordinal) && text.Contains("<testsuite", StringComparison.Ordinal));
    }

    public void Write(IReadOnlyList<TraceResult> results)
    {
        var text = new MemoryStream();
        using (var xml = XmlWriter.Create(text, new XmlWriterSettings { Indent = true }))
        {
            Write(xml, results);
        }

        if (_file.CanSeek)
        {
            _file.SetLength(0);
            _file.Position = 0;
        }

        _file.Write(text.GetBuffer(), 0, (int)text.Length);
        _file.Flush();
        _keeps = true;
    }

    private static void Write(XmlWriter xml, IReadOnlyList<TraceResult> results)
    {
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

    /// <summary>Of a run that came to no end no empty report stays.</summary>
    public void Dispose()
    {
        _file.Dispose();
        if (!_keeps)
        {
            File.Delete(_path);
        }
    }
}
