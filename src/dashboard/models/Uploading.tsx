import { Group, Paper, Progress, Text } from '@mantine/core';

/** The progress of the upload of a model. @param share the share of the file that has been sent */
export function Uploading({ share, fileName }: { share: number; fileName: string }) {
  const percent = Math.round(100 * share);
  return (
    <Paper withBorder p="md">
      <Group justify="space-between" gap="md" wrap="nowrap" mb={8}>
        <Text size="sm" fw={500} truncate>
          {fileName}
        </Text>
        <Text size="sm" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
          {percent} %
        </Text>
      </Group>
      <Progress value={percent} animated={share === 1} aria-label={`Upload of ${fileName}`} />
      <Text size="xs" c="dimmed" mt={8} role="status">
        {share === 1 ? 'The server reads the file and tries the model…' : 'Uploading…'}
      </Text>
    </Paper>
  );
}
