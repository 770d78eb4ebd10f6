import { SimpleGrid, Stack, Text } from '@mantine/core';
import { endsOf, rangeOf } from '../../spectra/axis-range.ts';
import type { SpectralQuantity } from '../generated/graphql';
import { MAX_NAME_LENGTH } from '../limits.ts';
import { NumberField, SelectField, TextField } from '../ui/Form';
import { count, formatShort } from '../ui/numbers';
import { nameOfQuantity } from '../ui/spectral-axis.ts';
import { type AxisDraft, isDescribed, labelsOf } from './axis-draft.ts';
import type { CalibrationSpectra } from './calibration-spectra.ts';

const QUANTITIES = (['WAVELENGTH', 'WAVENUMBER', 'RAMAN_SHIFT', 'OTHER'] as const).map(value => ({
  value,
  label: value === 'OTHER' ? 'Other' : nameOfQuantity(value),
}));

interface AxisFieldsProps {
  axis: AxisDraft;
  onChange: (axis: AxisDraft) => void;
  /** The file that the points come from; without one, they are evenly spaced between the ends that are typed. */
  file: CalibrationSpectra | null;
  /** Whether an axis must be given. */
  required?: boolean;
  disabled?: boolean;
}

/** The fields of an x axis: what it measures, its unit and, without a file, its ends. */
export function AxisFields({ axis, onChange, file, required = false, disabled = false }: AxisFieldsProps) {
  const needed = required || isDescribed(axis, file);
  const { quantity, unit } = labelsOf(axis, file);
  const common = { required: needed, disabled };
  return (
    <Stack gap="sm">
      {/* Side by side on a narrow screen, the name of a quantity would be cut off. */}
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm" verticalSpacing="sm">
        <SelectField
          {...common}
          label="Quantity"
          placeholder="Choose"
          data={QUANTITIES}
          value={quantity}
          onChange={value => onChange({ ...axis, quantity: quantityIn(value) })}
          clearable={!required}
        />
        <TextField
          {...common}
          label="Unit of x"
          placeholder="nm, cm⁻¹"
          maxLength={MAX_NAME_LENGTH}
          value={unit}
          onChange={event => onChange({ ...axis, unit: event.currentTarget.value })}
        />
      </SimpleGrid>
      {!file && (
        <SimpleGrid cols={2} spacing="sm">
          <NumberField
            {...common}
            label="First x"
            placeholder="900"
            value={axis.first}
            onChange={event => onChange({ ...axis, first: event.currentTarget.value })}
          />
          <NumberField
            {...common}
            label="Last x"
            placeholder="1700"
            value={axis.last}
            onChange={event => onChange({ ...axis, last: event.currentTarget.value })}
          />
        </SimpleGrid>
      )}
    </Stack>
  );
}

const quantityIn = (text: string | null): SpectralQuantity | null =>
  QUANTITIES.find(({ value }) => value === text)?.value ?? null;

interface AxisPreviewProps {
  values: readonly number[];
  unit: string;
  /** Whether the points are evenly spaced. */
  isEven: boolean;
}

/** The axis that the fields describe, in words, so that a mistake is seen before it is sent. */
export function AxisPreview({ values, unit, isEven }: AxisPreviewProps) {
  const { first, last } = endsOf({ values, unit });
  const step = Math.abs(last - first) / (values.length - 1);
  return (
    <Text size="sm" role="status">
      {rangeOf({ first, last, unit })}, {count(values.length, 'point')}
      {isEven && Number.isFinite(step) && `, ${formatShort(step)} ${unit} apart`}
    </Text>
  );
}
