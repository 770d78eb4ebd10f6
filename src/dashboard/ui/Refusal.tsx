import { Alert } from '@mantine/core';
import { CircleAlert } from 'lucide-react';
import { useEffect, useRef } from 'react';

/** Shows the server's error message, and scrolls to it; nothing if there is none. */
export function Refusal({ sentence }: { sentence: string | null }) {
  const alert = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another message is to be seen too
  useEffect(() => {
    alert.current?.scrollIntoView({ block: 'nearest' });
  }, [sentence]);
  if (sentence === null) return null;
  return (
    <Alert ref={alert} color="red" variant="light" role="alert" icon={<CircleAlert size={18} />}>
      {sentence}
    </Alert>
  );
}
