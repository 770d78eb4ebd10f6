import { Anchor, Box, Card, Code, Grid, Group, SegmentedControl, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { CopyButton } from '../ui/CopyButton';
import { Snippet } from '../ui/Snippet';
import { Answer } from './Answer';
import { type AnsweringModel, DOORS, type Language, languagesOf, snippetFor } from './snippets.ts';
import { type Door, KEY_VARIABLE, type Target } from './target.ts';

interface CallItProps {
  target: Target;
  model: AnsweringModel;
  /** A link to the keys. */
  keys: ReactNode;
}

/** Code that calls the deployment, with its answer beside it. */
export function CallIt({ target, model, keys }: CallItProps) {
  const [door, setDoor] = useState<Door>('rest');
  const [chosen, setChosen] = useState<Language>('curl');
  const languages = languagesOf(door);
  const [language, name] = languages.find(([known]) => known === chosen) ?? (['curl', 'curl'] as const);
  const code = snippetFor(door, language, target);
  return (
    <Card withBorder padding="lg">
      <Stack gap="md">
        <Stack gap={4}>
          <Title order={2}>Call it</Title>
          <Text size="sm" c="dimmed">
            Set the environment variable <Code>{KEY_VARIABLE}</Code> to a key from {keys}, and keep the key
            out of your source code.
          </Text>
        </Stack>
        <Group gap="sm">
          <SegmentedControl
            aria-label="API"
            transitionDuration={0}
            value={door}
            onChange={value => setDoor(value === 'graphql' ? 'graphql' : 'rest')}
            data={DOORS.map(([value, label]) => ({ value, label }))}
          />
          {/* On a narrow screen the languages scroll sideways. */}
          <Box maw="100%" style={{ overflowX: 'auto' }}>
            <SegmentedControl
              aria-label="Language"
              transitionDuration={0}
              value={language}
              onChange={value => {
                const found = languages.find(([known]) => known === value);
                if (found) setChosen(found[0]);
              }}
              data={languages.map(([value, label]) => ({ value, label }))}
            />
          </Box>
          <CopyButton key={`${door} ${language}`} text={code} what={`the ${name} snippet`} />
        </Group>
        <Grid gap="md">
          <Grid.Col span={{ base: 12, md: 8 }}>
            <Snippet code={code} label={`${name} snippet`} marked={KEY_VARIABLE} />
          </Grid.Col>
          <Grid.Col span={{ base: 12, md: 4 }}>
            <Answer key={door} door={door} target={target} model={model} />
          </Grid.Col>
        </Grid>
        <Errors door={door} />
      </Stack>
    </Card>
  );
}

function Errors({ door }: { door: Door }) {
  return (
    <Text size="sm" c="dimmed">
      Errors have an HTTP status, a code in{' '}
      <Code>{door === 'rest' ? 'code' : 'errors[0].extensions.code'}</Code> and a sentence in{' '}
      <Code>{door === 'rest' ? 'detail' : 'errors[0].message'}</Code>: 403 when the key was revoked, has
      expired or does not reach this deployment; 429 when the month’s predictions are used up; 503 when the
      server is busy. With 429 and 503 the header <Code>Retry-After</Code> has the seconds to wait. The{' '}
      <Anchor href="/api" underline="always">
        API reference
      </Anchor>{' '}
      lists them all.
    </Text>
  );
}
