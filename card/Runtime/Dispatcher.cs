using System.Buffers.Binary;
using System.Globalization;
using HierCash.Iso7816;

namespace HierCash.Card.Runtime;

/// <summary>
/// From command APDU to applet to response APDU: one power-on of a card (Java Card runtime environment, chapters 3 to 5).
/// </summary>
internal sealed class Dispatcher
{
    private const int ResponseSize = ICardChannel.ResponseRoom - 2;
    private const byte SelectIns = 0xA4;
    private const byte GetResponseIns = 0xC0;
    private readonly IReadOnlyList<AppletPackage> _packages;
    private readonly ObjectTable _objects;
    private readonly TransientMemory _transient;
    private readonly CardMeter _meter;
    private readonly List<(int Index, Aid Aid, Applet Applet)> _instances = [];
    private readonly byte[] _response;
    private readonly CommandChain _chain;
    private int _pendingStart;
    private int _pendingLength;
    private int _selected = -1;

    public Dispatcher(CardImage image, int transientQuota, CardMeter meter, IReadOnlyList<AppletPackage> packages)
    {
        _packages = packages;
        _meter = meter;
        _transient = new TransientMemory(transientQuota);
        Memory = new PersistentMemory(image, meter);
        _objects = new ObjectTable(Memory, image.Bytes.Length);
        _response = _transient.Allocate(-1, ResponseSize, ClearOn.Reset);
        _chain = new CommandChain(_transient.Allocate(-1, CommandChain.BufferSize, ClearOn.Reset));
        _objects.Collect();
        for (int i = 0; i < _objects.InstanceCount; i++)
        {
            if (_objects.Instance(i) is { } entry)
            {
                _instances.Add((i, entry.Instance, Create(entry.Package, i)));
            }
        }
    }

    public PersistentMemory Memory { get; }

    public MemoryReport Report()
    {
        MemoryArea Runtime(string name, int from, int to) => new("runtime", name, from, to - from, Memory.WearOf(from, to - from));
        List<MemoryArea> areas =
        [
            Runtime("counts and commit word", 0, MemoryLayout.Log),
            Runtime("undo log", MemoryLayout.Log, MemoryLayout.LogEnd),
            Runtime("table of instances", MemoryLayout.Instances, MemoryLayout.Objects),
            Runtime("table of arrays", MemoryLayout.Objects, MemoryLayout.Data),
            .. _objects.All().Select(o => new MemoryArea(
                _objects.Instance(o.Owner)!.Value.Instance.ToString(),
                o.Id.ToString(CultureInfo.InvariantCulture),
                o.Offset,
                o.Length,
                Memory.WearOf(o.Offset, o.Length))),
        ];
        return new MemoryReport(Memory.Size, _objects.Free, _transient.Quota, _transient.Used, areas);
    }

    public void Install(Aid package, Aid instance)
    {
        if (_instances.Any(i => i.Aid.Equals(instance)))
        {
            throw new CardMemoryException($"An applet {instance} is installed already.");
        }

        int? index = null;
        try
        {
            using var transaction = Memory.Begin();
            index = _objects.AddInstance(package, instance);
            var applet = Create(package, index.Value);
            transaction.Commit();
            Deselect();
            _instances.Add((index.Value, instance, applet));
            _instances.Sort((a, b) => a.Index - b.Index);
        }
        catch (Exception) when (index is not null)
        {
            _transient.Free(index.Value);
            throw;
        }
    }

    /// <summary>Deletes an instance with its memory; false if there is none.</summary>
    public bool Uninstall(Aid instance)
    {
        int at = _instances.FindIndex(i => i.Aid.Equals(instance));
        if (at < 0)
        {
            return false;
        }

        Deselect();
        Guard(() =>
        {
            _instances[at].Applet.Uninstall();
            return true;
        });
        int index = _instances[at].Index;
        _instances.RemoveAt(at);
        _transient.Free(index);
        _objects.RemoveInstance(index);
        return true;
    }

    private Applet Create(Aid package, int index)
    {
        var code = _packages.FirstOrDefault(p => p.Package.Equals(package))
            ?? throw new CardImageException($"The card holds an applet of package {package}, whose code is not here.");
        return code.Create(new AppletContext(Memory, _objects, _transient, _meter, index));
    }

    public int Dispatch(ReadOnlySpan<byte> bytes, Span<byte> response)
    {
        var status = CommandApdu.Parse(bytes, out var command);
        if (!status.IsSuccess)
        {
            return Answer(status, response);
        }

        status = CheckClass(command.Cla);
        if (!status.IsSuccess)
        {
            return Answer(status, response);
        }

        if (CommandChain.Continues(command.Cla) || _chain.IsOpen)
        {
            status = _chain.Add(command);
            if (!status.IsSuccess || CommandChain.Continues(command.Cla))
            {
                _pendingLength = 0;
                return Answer(status, response);
            }

            CommandApdu.Parse(_chain.Whole(command.Ne), out command);
            int length = DispatchWhole(command, response);
            _chain.Drop();
            return length;
        }

        return DispatchWhole(command, response);
    }

    private int DispatchWhole(in CommandApdu command, Span<byte> response)
    {
        if (command is { Cla: 0, Ins: GetResponseIns })
        {
            return GetResponse(command, response);
        }

        _pendingLength = 0;
        var status = command is { Cla: 0, Ins: SelectIns, P1: 0x04 } ? Select(command, out int length) : Process(command, out length);
        return status.IsSuccess && length > 0 ? Deliver(length, command.Ne, response) : Answer(status, response);
    }

    /// <summary>Channel 0, no secure messaging (ISO 7816-4, 5.4.1).</summary>
    private static StatusWord CheckClass(byte cla)
    {
        if (cla == 0xFF || (cla & 0x60) == 0x20)
        {
            return StatusWord.ClassNotSupported;
        }

        bool furtherInterindustry = (cla & 0x40) != 0;
        if (furtherInterindustry || (cla & 0x03) != 0)
        {
            return StatusWord.ChannelNotSupported;
        }

        return (cla & 0x0C) != 0 ? StatusWord.SecureMessagingNotSupported : StatusWord.Success;
    }

    /// <summary>SELECT by DF name: whole or left part; first or only, or next occurrence (ISO 7816-4, 11.2.2).</summary>
    private StatusWord Select(in CommandApdu command, out int length)
    {
        length = 0;
        if (command.P2 is not (0x00 or 0x02))
        {
            return StatusWord.IncorrectP1P2;
        }

        if (command.Data.Length > 16)
        {
            return StatusWord.WrongLength;
        }

        int from = command.P2 == 0x02 ? _selected + 1 : 0;
        int found = -1;
        for (int i = from; i < _instances.Count && found < 0; i++)
        {
            found = _instances[i].Aid.StartsWith(command.Data) ? i : -1;
        }

        if (found < 0)
        {
            return StatusWord.FileOrApplicationNotFound;
        }

        Deselect();
        if (!Guard(() => _instances[found].Applet.Select()))
        {
            return StatusWord.NoAppletSelected;
        }

        _selected = found;
        length = _instances[found].Applet.DescribeTo(_response);
        return StatusWord.Success;
    }

    private void Deselect()
    {
        if (_selected >= 0)
        {
            var applet = _instances[_selected].Applet;
            Guard(() =>
            {
                applet.Deselect();
                return true;
            });
            _transient.Deselect(_instances[_selected].Index);
            _selected = -1;
        }
    }

    private StatusWord Process(in CommandApdu command, out int length)
    {
        length = 0;
        if (_selected < 0)
        {
            return StatusWord.NoAppletSelected;
        }

        try
        {
            var status = _instances[_selected].Applet.Process(command, _response, out length);
            Memory.CloseTransaction();
            return status;
        }
        catch (Exception e) when (e is not PowerLostException)
        {
            // A fault of the applet: its command is undone, the card goes on. The exception may hold secrets and stays here.
            Memory.Abort();
            return StatusWord.InternalError;
        }
    }

    private bool Guard(Func<bool> call)
    {
        try
        {
            bool done = call();
            Memory.CloseTransaction();
            return done;
        }
        catch (Exception e) when (e is not PowerLostException)
        {
            Memory.Abort();
            return false;
        }
    }

    private int Deliver(int length, int ne, Span<byte> response)
    {
        if (length <= ne)
        {
            _response.AsSpan(0, length).CopyTo(response);
            Array.Clear(_response);
            return length + Answer(StatusWord.Success, response[length..]);
        }

        _pendingStart = 0;
        _pendingLength = length;
        return Answer(StatusWord.BytesAvailable(length), response);
    }

    /// <summary>GET RESPONSE: the next part of an answer that did not fit Le (ISO 7816-4, 11.7.1).</summary>
    private int GetResponse(in CommandApdu command, Span<byte> response)
    {
        if (command.P1 != 0 || command.P2 != 0)
        {
            return Answer(StatusWord.IncorrectP1P2, response);
        }

        if (_pendingLength == 0)
        {
            return Answer(StatusWord.ConditionsNotSatisfied, response);
        }

        int n = Math.Min(command.Ne == 0 ? 256 : command.Ne, _pendingLength);
        _response.AsSpan(_pendingStart, n).CopyTo(response);
        _pendingStart += n;
        _pendingLength -= n;
        if (_pendingLength > 0)
        {
            return n + Answer(StatusWord.BytesAvailable(_pendingLength), response[n..]);
        }

        Array.Clear(_response);
        return n + Answer(StatusWord.Success, response[n..]);
    }

    private static int Answer(StatusWord status, Span<byte> response)
    {
        BinaryPrimitives.WriteUInt16BigEndian(response, status.Value);
        return 2;
    }
}
