import { Text } from '@mantine/core';
import { TriangleAlert } from 'lucide-react';
import { useQuery } from 'urql';
import { graphql } from '../generated';
import { Notice } from '../ui/Notice';

const CLIENT_ADDRESS = graphql(`
  query ClientAddress {
    clientAddress {
      address
      hasUnknownProxy
    }
  }
`);

/** The address that the server sees, for the allowed networks; and a warning if it is that of a proxy. */
export function ClientAddress() {
  const [{ data }] = useQuery({ query: CLIENT_ADDRESS, requestPolicy: 'network-only' });
  if (!data) return null;
  const { address, hasUnknownProxy } = data.clientAddress;
  return (
    <>
      <Text size="sm" c="dimmed">
        Your address, as this server sees it: <code>{address}</code>
      </Text>
      {hasUnknownProxy && (
        <Notice
          icon={<TriangleAlert size={18} aria-hidden />}
          title="Your request came through a proxy that the server does not trust"
        >
          Every call through it has the proxy’s address, so allowed networks cannot distinguish callers. The
          operator of this server has to list the proxy in TRUSTED_PROXIES.
        </Notice>
      )}
    </>
  );
}
