import { Center, Loader, VisuallyHidden } from '@mantine/core';

/** Stands in place of a page while its first data is loading. */
export function Loading({ what }: { what: string }) {
  return (
    <Center mih={240} role="status">
      <Loader size="sm" />
      <VisuallyHidden>Loading {what}…</VisuallyHidden>
    </Center>
  );
}
