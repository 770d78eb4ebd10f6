import { Box, Button, Group, Table, Text } from '@mantine/core';
import { ManageModel } from '../manage/ManageModel';
import { Day } from '../ui/Day';
import { ModelAxis } from './ModelAxis';
import { calibrationLinesOf, kindOf, type Model, pointsOf, quantityOf, targetOf, titleOf } from './model.ts';

interface ModelRowProps {
  model: Model;
  can: { manageModels: boolean; manageDeployments: boolean };
  onDeploy: () => void;
}

/** A model in the list of a project, with what it expects and what is known of its calibration. */
export function ModelRow({ model, can: { manageModels, manageDeployments }, onDeploy }: ModelRowProps) {
  const details = [model.xAxis ? quantityOf(model) : pointsOf(model), model.yUnit].filter(Boolean);
  const expected = (
    <>
      <ModelAxis model={model} canSet={manageModels} />
      <Text size="xs" c="dimmed">
        {details.join(' · ')}
      </Text>
    </>
  );
  return (
    <Table.Tr>
      <Table.Td>
        <Text size="sm" fw={500} style={{ overflowWrap: 'anywhere' }}>
          {model.name}
        </Text>
        <Text size="xs" c="dimmed">
          Version {model.version}
        </Text>
        <Box hiddenFrom="sm">
          <Text size="xs" c="dimmed">
            {targetOf(model)} · {kindOf(model)}
          </Text>
          <Box mt={4}>{expected}</Box>
          <Calibration model={model} />
        </Box>
      </Table.Td>
      <Table.Td visibleFrom="sm">
        {targetOf(model)}
        <Text size="xs" c="dimmed">
          {kindOf(model)}
        </Text>
      </Table.Td>
      <Table.Td visibleFrom="sm">{expected}</Table.Td>
      <Table.Td visibleFrom="sm">
        <Calibration model={model} />
      </Table.Td>
      <Table.Td visibleFrom="md">
        <Day at={model.createdAt} />
      </Table.Td>
      {(manageModels || manageDeployments) && (
        <Table.Td pr={4}>
          <Group gap={4} wrap="nowrap" justify="flex-end">
            {manageDeployments && (
              <Button size="xs" variant="default" aria-label={`Deploy ${titleOf(model)}`} onClick={onDeploy}>
                Deploy
              </Button>
            )}
            {manageModels && <ManageModel model={model} />}
          </Group>
        </Table.Td>
      )}
    </Table.Tr>
  );
}

function Calibration({ model }: { model: Model }) {
  return calibrationLinesOf(model).map(line => (
    <Text key={line} size="xs" c="dimmed">
      {line}
    </Text>
  ));
}
