namespace HierCash.Protocol.Cash;

/// <summary>Reads data objects. One that was not read means nothing, and the reader has failed.</summary>
public static class DataObjectReading
{
    extension(ref BerTlvReader reader)
    {
        public T Read<T>()
            where T : class, IDataObject<T>
        {
            if (T.Tag is not { } tag)
            {
                return T.ReadFields(ref reader);
            }

            var inner = reader.Enter(tag);
            var read = T.ReadFields(ref inner);
            reader.Leave(inner);
            return read;
        }

        /// <summary>An object that need not be there; it has a tag.</summary>
        public T? ReadOptional<T>()
            where T : class, IDataObject<T> => reader.Next(T.Tag!.Value) ? reader.Read<T>() : null;

        /// <summary>Objects that have a tag, as many as there are, but no more than <paramref name="most"/>.</summary>
        public List<T> ReadSome<T>(int most)
            where T : class, IDataObject<T>
        {
            var list = new List<T>();
            while (list.Count < most && reader.Next(T.Tag!.Value))
            {
                list.Add(reader.Read<T>());
            }

            return list;
        }

        /// <summary>Objects to the end, but no more than <paramref name="most"/>.</summary>
        public List<T> ReadAll<T>(int most)
            where T : class, IDataObject<T>
        {
            var list = new List<T>();
            while (list.Count < most && reader.HasMore)
            {
                list.Add(reader.Read<T>());
            }

            return list;
        }
    }
}
