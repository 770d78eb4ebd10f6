import { Button, Card, Group, Select, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { AnswerView } from '../ui/AnswerView';
import { Form } from '../ui/Form';
import { KeyField } from '../ui/KeyField';
import { type Answered, sendCall } from '../ui/send-call.ts';

/** The key that requests of the page are sent with, and what it knows of the deployment to call. */
export interface KeyInUse {
  /** Empty if there is none. */
  key: string;
  /** Values for the parameters of paths, by name. */
  parameters: Readonly<Record<string, string>>;
  /** The number of points of a spectrum. */
  inputLength?: number;
}

/** The parts of the answer of `GET /api/key` that the page needs. */
interface DescribedKey {
  name: string;
  organization: { slug: string };
  project: { id: string; name: string };
  deployments: { id: string; name: string; input_length: number }[];
}

/** Takes the key that the page uses. It is kept in memory, until the page is left. */
export function KeyPanel({ onUse }: { onUse: (inUse: KeyInUse) => void }) {
  const [key, setKey] = useState('');
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Answered | null>(null);
  const [described, setDescribed] = useState<DescribedKey | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const choose = ({ organization, project, deployments }: DescribedKey, id: string | null) => {
    const deployment = deployments.find(one => one.id === id) ?? deployments[0];
    setChosen(deployment?.id ?? null);
    onUse({
      key,
      parameters: {
        slug: organization.slug,
        projectId: project.id,
        ...(deployment && { deploymentId: deployment.id }),
      },
      ...(deployment && { inputLength: deployment.input_length }),
    });
  };
  const use = async () => {
    setBusy(true);
    const answered = await sendCall('/api/key', { headers: { authorization: `Api-Key ${key}` } });
    setBusy(false);
    if (answered.status === 200) {
      const found: DescribedKey = JSON.parse(answered.text);
      setRefused(null);
      setDescribed(found);
      choose(found, null);
    } else {
      setRefused(answered);
      setDescribed(null);
      // A refused key can be tried too: its errors are those that a program gets.
      onUse({ key, parameters: {} });
    }
  };
  return (
    <Card withBorder padding="lg" component="section" id="key" aria-labelledby="key-title">
      <Form onSubmit={() => void use()}>
        <Stack gap="sm">
          <Title order={2} id="key-title">
            Your key
          </Title>
          <KeyField
            onChange={setKey}
            required
            description="For the requests that you send from this page. It is stored nowhere, and gone when you leave the page."
          />
          <Group>
            <Button type="submit" variant="default" loading={busy}>
              Use this key
            </Button>
          </Group>
          {refused && <AnswerView answered={refused} label="Answer of GET /api/key" />}
          {described && (
            <>
              <Text size="sm" role="status">
                This is the key <strong>{described.name}</strong> of the project {described.project.name}.
              </Text>
              <Select
                label="Deployment"
                description="Requests below are filled in for it."
                allowDeselect={false}
                value={chosen}
                onChange={id => choose(described, id)}
                data={described.deployments.map(({ id, name }) => ({ value: id, label: name }))}
              />
            </>
          )}
        </Stack>
      </Form>
    </Card>
  );
}
