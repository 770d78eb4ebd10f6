import { graphql } from '../generated';
import type { ModelFactsFragment } from '../generated/graphql';
import { Fact, Facts } from '../ui/Fact';
import { formatNumber } from '../ui/numbers';

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

/** The name of a model in a sentence. */
export const titleOf = ({ name, version }: Pick<Model, 'name' | 'version'>) => `${name}, version ${version}`;

/** What a model predicts, in a word. */
export const kindOf = ({ kind }: Pick<Model, 'kind'>) =>
  kind === 'REGRESSION' ? 'Regression' : 'Classification';

/** What a model predicts, with its unit. */
export const targetOf = ({ targetProperty, unit }: Pick<Model, 'targetProperty' | 'unit'>) =>
  unit ? `${targetProperty} (${unit})` : targetProperty;

/** How many points a spectrum must have. */
export const pointsOf = ({ inputLength }: Pick<Model, 'inputLength'>) => formatNumber(inputLength);

/** The facts of a model, one below the other. */
export function ModelFacts({ model }: { model: Model }) {
  return (
    <Facts>
      <Fact name="Name">{model.name}</Fact>
      <Fact name="Version">{model.version}</Fact>
      <Fact name="Target">{targetOf(model)}</Fact>
      <Fact name="Kind">{kindOf(model)}</Fact>
      <Fact name="Points in a spectrum">{pointsOf(model)}</Fact>
    </Facts>
  );
}
