using System.Text.Json;

namespace HierCash.Terminals.Consoles;

/// <summary>
/// A party's folder: <c>ROLE.json</c> with its settings, <c>ROLE.db</c> with everything else, <c>ROLE.lock</c> held by the one process
/// that serves. Short commands run beside that process; the database keeps them apart.
/// </summary>
public sealed class PartyFolder<TSettings>
    where TSettings : class
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerOptions.Web) { WriteIndented = true };
    private readonly string _path;
    private readonly string _role;

    private PartyFolder(string path, string role, TSettings settings)
    {
        _path = path;
        _role = role;
        Settings = settings;
    }

    public TSettings Settings { get; private set; }

    public string DatabasePath => Path.Combine(_path, _role + ".db");

    /// <summary>Makes the folder for a new party.</summary>
    /// <exception cref="RefusedException">There is something in it already.</exception>
    public static PartyFolder<TSettings> Create(string path, string role, TSettings settings)
    {
        if (File.Exists(path) || (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any()))
        {
            throw new RefusedException($"'{path}' is there and not empty. Choose another folder with --dir.");
        }

        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            // The database holds secret keys.
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        var folder = new PartyFolder<TSettings>(path, role, settings);
        folder.Save(settings);
        return folder;
    }

    /// <exception cref="RefusedException">The party is not there, or its settings are damaged.</exception>
    public static PartyFolder<TSettings> Open(string path, string role)
    {
        string file = Path.Combine(path, role + ".json");
        if (!File.Exists(file))
        {
            throw new RefusedException($"There is no {role} in '{path}'. Make one with 'hiercash-{role} init --dir {path}', or name its folder with --dir.");
        }

        try
        {
            var settings = JsonSerializer.Deserialize<TSettings>(File.ReadAllText(file), Format);
            return settings is null ? throw new JsonException() : new PartyFolder<TSettings>(path, role, settings);
        }
        catch (JsonException)
        {
            throw new RefusedException($"The settings in '{file}' are damaged. Restore the file; nothing was changed.");
        }
    }

    /// <summary>Replaces the settings, whole or not at all.</summary>
    public void Save(TSettings settings)
    {
        string file = Path.Combine(_path, _role + ".json");
        File.WriteAllText(file + ".new", JsonSerializer.Serialize(settings, Format));
        File.Move(file + ".new", file, overwrite: true);
        Settings = settings;
    }

    /// <summary>Held while a process serves the folder; gone with it, however it ends.</summary>
    /// <exception cref="RefusedException">Another process serves it.</exception>
    public IDisposable Lock()
    {
        try
        {
            return new FileStream(Path.Combine(_path, _role + ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new RefusedException($"Another process serves the {_role} in '{_path}'. Stop that one first.");
        }
    }
}
