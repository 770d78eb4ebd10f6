import { Alert } from '@mantine/core';
import { CircleAlert } from 'lucide-react';

/** Shows the server's error message; nothing if there is none. */
export function Refusal({ sentence }: { sentence: string | null }) {
  if (sentence === null) return null;
  return (
    <Alert color="red" variant="light" role="alert" icon={<CircleAlert size={18} />}>
      {sentence}
    </Alert>
  );
}
