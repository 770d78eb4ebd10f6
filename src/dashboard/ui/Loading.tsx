import { Center, Loader, VisuallyHidden } from '@mantine/core';

/** The placeholder for a page while its first data is loading. */
export function Loading({ what }: { what: string }) {
  return (
    <Center mih={240} role="status">
      <Loader size="sm" />
      <VisuallyHidden>Loading {what}…</VisuallyHidden>
    </Center>
  );
}
