import { Alert } from '@mantine/core';
import { CircleAlert } from 'lucide-react';

/** The server's sentence on what it would not do; nothing while there is none. */
export function Refusal({ sentence }: { sentence: string | null }) {
  if (sentence === null) return null;
  return (
    <Alert color="red" variant="light" role="alert" icon={<CircleAlert size={18} />}>
      {sentence}
    </Alert>
  );
}
