import { Alert, List } from '@mantine/core';
import { CircleAlert } from 'lucide-react';

const MAX_SENTENCES = 11;

/** Problems to fix before spectra can be sent. */
export function Sentences({ title, sentences }: { title: string; sentences: readonly string[] }) {
  const more = sentences.length - MAX_SENTENCES;
  return (
    <Alert icon={<CircleAlert size={18} />} color="red" variant="light" role="alert" title={title}>
      <List size="sm" spacing={2} withPadding={false} listStyleType="none">
        {sentences.slice(0, MAX_SENTENCES).map(sentence => (
          <List.Item key={sentence} style={{ overflowWrap: 'anywhere' }}>
            {sentence}
          </List.Item>
        ))}
        {more > 0 && <List.Item>and {more} more</List.Item>}
      </List>
    </Alert>
  );
}
