import { Divider, Stack } from '@mantine/core';
import { Fact, Facts } from '../ui/Fact';
import { formatNumber } from '../ui/numbers';
import { ModelAxis } from './ModelAxis';
import { calibrationFactsOf, kindOf, type Model, quantityOf, targetOf, titleOf } from './model.ts';

interface ModelFactsProps {
  model: Model;
  /** Whether the viewer may set a missing x axis here. */
  canSetAxis?: boolean;
}

/** The facts of a model, one below the other: what it is and expects, and what is known of its calibration. */
export function ModelFacts({ model, canSetAxis = false }: ModelFactsProps) {
  const quantity = quantityOf(model);
  const calibration = calibrationFactsOf(model);
  return (
    <Stack gap="sm">
      <Facts>
        <Fact name="Name">{titleOf(model)}</Fact>
        <Fact name="Target">{targetOf(model)}</Fact>
        <Fact name="Kind">{kindOf(model)}</Fact>
        {!model.xAxis && <Fact name="Points in a spectrum">{formatNumber(model.inputLength)}</Fact>}
        <Fact name="X axis">
          <ModelAxis model={model} canSet={canSetAxis} />
        </Fact>
        {quantity && <Fact name="Quantity">{quantity}</Fact>}
        {model.yUnit && <Fact name="Unit of the spectra">{model.yUnit}</Fact>}
      </Facts>
      {calibration.length > 0 && (
        <>
          <Divider />
          <Facts>
            {calibration.map(([name, value]) => (
              <Fact key={name} name={name}>
                {value}
              </Fact>
            ))}
          </Facts>
        </>
      )}
    </Stack>
  );
}
