import { ActionIcon, Alert, Group, List, Stack, Text } from '@mantine/core';
import { CircleAlert, FileSpreadsheet, X } from 'lucide-react';
import { countSpectra } from '../ui/numbers';
import { describeProblem } from './spectra-files';
import type { ReadFile } from './use-spectra-files';

/** The files that were read, each with its problems. */
export function FileList({
  files,
  onRemove,
  disabled,
}: {
  files: readonly ReadFile[];
  onRemove: (name: string) => void;
  disabled: boolean;
}) {
  return (
    <Stack component="ul" gap={4} p={0} m={0} style={{ listStyle: 'none' }} aria-label="Files">
      {files.map(({ name, spectra, problems }) => (
        <li key={name}>
          <Group justify="space-between" wrap="nowrap" gap="sm">
            <Group gap={8} wrap="nowrap" miw={0}>
              <FileSpreadsheet size={16} aria-hidden="true" style={{ flexShrink: 0 }} />
              <Text size="sm" truncate title={name}>
                {name}
              </Text>
              <Text size="sm" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
                {problems.length > 0 ? 'not read' : countSpectra(spectra.length)}
              </Text>
            </Group>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Remove ${name}`}
              disabled={disabled}
              onClick={() => onRemove(name)}
            >
              <X size={16} />
            </ActionIcon>
          </Group>
          {problems.length > 0 && (
            <Sentences title={`${name} was not read`} sentences={problems.map(describeProblem)} />
          )}
        </li>
      ))}
    </Stack>
  );
}

const MAX_SENTENCES = 10;

/** The problems to fix before spectra can be sent. */
export function Sentences({ title, sentences }: { title: string; sentences: readonly string[] }) {
  const more = sentences.length - MAX_SENTENCES;
  return (
    <Alert icon={<CircleAlert size={18} />} color="red" variant="light" role="alert" title={title} my={4}>
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
