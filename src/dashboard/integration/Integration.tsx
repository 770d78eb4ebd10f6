import { Anchor, Card, Code, Group, Stack, Text } from '@mantine/core';
import { Info } from 'lucide-react';
import { Link } from 'react-router';
import { useQuery } from 'urql';
import { useDeployment } from '../deployments/DeploymentPage';
import { graphql } from '../generated';
import { axisOf, hasLimits, type Model, pointsOf, quantityOf } from '../models/model.ts';
import { CopyButton } from '../ui/CopyButton';
import { Notice } from '../ui/Notice';
import { CallIt } from './CallIt';
import { type Target, urlOf } from './target.ts';
import { Watcher } from './Watcher';

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
  const { model, project } = deployment;
  const target: Target = {
    origin: window.location.origin,
    deploymentId: deployment.id,
    inputLength: model.inputLength,
    kind: model.kind,
    xAxis: model.xAxis ?? null,
    hasLimits: hasLimits(model),
  };
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
          <Value title="Endpoint" value={urlOf('rest', target)} what="the endpoint" />
          <Value title="GraphQL endpoint" value={urlOf('graphql', target)} what="the GraphQL endpoint" />
          <Value title="Deployment" value={deployment.id} what="the deployment’s id" />
          <Axis deploymentId={deployment.id} model={model} />
        </Stack>
      </Card>
      <CallIt target={target} model={model} keys={keys} />
      <Watcher target={target} />
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
              Send the x of your points as <Code>x_values</Code> (<Code>xValues</Code> in GraphQL): spectra
              that run the other way or over another range are then refused instead of predicted wrong.
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
