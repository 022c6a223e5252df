using System.Net;

namespace HierCash.Terminals.Link;

/// <summary>What counts as one address where connections are counted (rule R22; link.md).</summary>
public static class PeerNetwork
{
    /// <summary>An IPv4 address, also one in an IPv6 one; of IPv6 the /64, which is what one subscriber has.</summary>
    public static object Of(EndPoint? remote)
    {
        if (remote is not IPEndPoint { Address: var address })
        {
            return "";
        }

        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());
        }

        return BinaryPrimitives.ReadUInt64BigEndian(address.GetAddressBytes());
    }
}
