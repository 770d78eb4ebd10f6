import { Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { graphql } from '../generated';
import type { ModelFactsFragment } from '../generated/graphql';

graphql(`
  fragment ModelFacts on Model {
    id
    name
    version
    kind
    targetProperty
    unit
    inputLength
    createdAt
  }
`);

/** What the dashboard shows of a registered model. */
export type Model = ModelFactsFragment;

const whole = new Intl.NumberFormat('en');

/** A model as a sentence names it. */
export const titleOf = ({ name, version }: Pick<Model, 'name' | 'version'>) => `${name}, version ${version}`;

/** What a model predicts, in a word. */
export const kindOf = ({ kind }: Pick<Model, 'kind'>) =>
  kind === 'REGRESSION' ? 'Regression' : 'Classification';

/** What a model predicts, with its unit. */
export const targetOf = ({ targetProperty, unit }: Pick<Model, 'targetProperty' | 'unit'>) =>
  unit ? `${targetProperty} (${unit})` : targetProperty;

/** How many points a spectrum must have. */
export const pointsOf = ({ inputLength }: Pick<Model, 'inputLength'>) => whole.format(inputLength);

/** A model's facts, one below the other: what was found in its file, or what a deployment would call. */
export function ModelFacts({ model }: { model: Model }) {
  return (
    <Stack gap={6} component="dl" m={0}>
      <Fact name="Name">{model.name}</Fact>
      <Fact name="Version">{model.version}</Fact>
      <Fact name="Target">{targetOf(model)}</Fact>
      <Fact name="Kind">{kindOf(model)}</Fact>
      <Fact name="Points in a spectrum">{pointsOf(model)}</Fact>
    </Stack>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <Group justify="space-between" gap="md" wrap="nowrap" align="baseline">
      <Text size="sm" c="dimmed" component="dt">
        {name}
      </Text>
      <Text size="sm" ta="right" component="dd" m={0} style={{ overflowWrap: 'anywhere' }}>
        {children}
      </Text>
    </Group>
  );
}
