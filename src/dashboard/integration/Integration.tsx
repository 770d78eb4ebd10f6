import { Anchor, Card, Code, Group, SegmentedControl, Stack, Text, Title } from '@mantine/core';
import { Info } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'react-router';
import { useQuery } from 'urql';
import { useDeployment } from '../deployments/DeploymentPage';
import { graphql } from '../generated';
import { axisOf, hasLimits, type Model, pointsOf, quantityOf } from '../models/model.ts';
import { CopyButton } from '../ui/CopyButton';
import { Notice } from '../ui/Notice';
import { Snippet } from './Snippet';
import { KEY_PLACEHOLDER, LANGUAGES, type Language, snippetFor } from './snippets';

const X_VALUES = graphql(`
  query XValues($id: ID!) {
    deployment(id: $id) {
      id
      model {
        id
        xAxis {
          values
        }
      }
    }
  }
`);

/** How a program calls the deployment. */
export function Integration() {
  const deployment = useDeployment();
  const [language, setLanguage] = useState<Language>('curl');
  const { model, project } = deployment;
  const endpoint = `${window.location.origin}/graphql`;
  const code = snippetFor(language, {
    endpoint,
    deploymentId: deployment.id,
    inputLength: model.inputLength,
    kind: model.kind,
    xAxis: model.xAxis ?? null,
    hasLimits: hasLimits(model),
  });
  const name = LANGUAGES.find(([value]) => value === language)?.[1] ?? language;
  const keys = (
    <Anchor component={Link} to={`/deployments/${deployment.id}/api-keys`} size="sm" underline="always">
      API keys
    </Anchor>
  );
  return (
    <Stack gap="md">
      {!project.organization.plan.allowApiPredict && (
        <Notice icon={<Info size={18} />} title="The plan has no API access">
          Calls are answered once {project.organization.name} is on a plan with API access: see {keys}.
        </Notice>
      )}
      <Card withBorder padding="lg">
        <Stack gap="md">
          <Value title="Endpoint" value={endpoint} what="the endpoint" />
          <Value title="Deployment" value={deployment.id} what="the deployment’s id" />
          <Axis deploymentId={deployment.id} model={model} />
        </Stack>
      </Card>
      <Card withBorder padding="lg">
        <Stack gap="md">
          <Stack gap={4}>
            <Title order={2}>Call it</Title>
            <Text size="sm" c="dimmed">
              Put a key from {keys} in place of <Code>{KEY_PLACEHOLDER}</Code>, and keep it out of your source
              code.
            </Text>
          </Stack>
          <Group justify="space-between" gap="sm">
            <SegmentedControl
              aria-label="Language"
              transitionDuration={0}
              value={language}
              onChange={value => {
                const chosen = LANGUAGES.find(([known]) => known === value);
                if (chosen) setLanguage(chosen[0]);
              }}
              data={LANGUAGES.map(([value, label]) => ({ value, label }))}
            />
            <CopyButton key={language} text={code} what={`the ${name} snippet`} />
          </Group>
          <Snippet code={code} label={`${name} snippet`} />
          <Text size="sm" c="dimmed">
            Errors have an HTTP status and a message in <Code>errors[0].message</Code>: 403 when the key was
            revoked, has expired or does not reach this deployment; 429 when the month’s predictions are used
            up; 503 when the server is busy. With 429 and 503 the header <Code>Retry-After</Code> has the
            seconds to wait.
          </Text>
        </Stack>
      </Card>
    </Stack>
  );
}

/** The x axis that the model expects, all of its values to copy, and how to have it checked. */
function Axis({ deploymentId, model }: { deploymentId: string; model: Model }) {
  const { xAxis } = model;
  const [{ data }] = useQuery({ query: X_VALUES, variables: { id: deploymentId }, pause: !xAxis });
  const values = data?.deployment?.model.xAxis?.values;
  return (
    <Group justify="space-between" gap="sm" wrap="nowrap" align="flex-start">
      <Stack gap={2} miw={0}>
        <Text size="sm" c="dimmed">
          X axis
        </Text>
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {[quantityOf(model), axisOf(model) ?? `None, ${pointsOf(model)}`].filter(Boolean).join(', ')}
        </Text>
        <Text size="sm" c="dimmed">
          {xAxis ? (
            <>
              Send the x of your points as <Code>xValues</Code>: spectra that run the other way or over
              another range are then refused instead of predicted wrong.
            </>
          ) : (
            'The model cannot check which points you send. Send them in the order in which it was trained.'
          )}
        </Text>
      </Stack>
      {values && <CopyButton text={JSON.stringify(values)} what="the x values" />}
    </Group>
  );
}

function Value({ title, value, what }: { title: string; value: string; what: string }) {
  return (
    <Group justify="space-between" gap="sm" wrap="nowrap">
      <Stack gap={2} miw={0}>
        <Text size="sm" c="dimmed">
          {title}
        </Text>
        <Text ff="monospace" size="sm" style={{ overflowWrap: 'anywhere' }}>
          {value}
        </Text>
      </Stack>
      <CopyButton text={value} what={what} />
    </Group>
  );
}
