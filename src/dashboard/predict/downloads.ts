import Papa from 'papaparse';

/** A prediction, and the file that its spectrum came from. */
export interface Predicted {
  sampleName: string;
  file: string;
  value?: number | null | undefined;
  category?: string | null | undefined;
}

interface Model {
  name: string;
  version: number;
  kind: 'REGRESSION' | 'CLASSIFICATION';
  targetProperty: string;
  unit?: string | null | undefined;
}

// Texts that a spreadsheet runs as a formula (OWASP's list). The name of a sample may come from another person's file.
// Papa Parse's own pattern misses texts with a line break.
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/u;

/** Predictions as CSV, numbers in full. Text that a spreadsheet would run as a formula gets a `'` before it. */
export function toCsv(
  predictions: readonly Predicted[],
  { kind, unit }: Pick<Model, 'kind' | 'unit'>,
): string {
  const table = predictions.map(({ sampleName, file, value, category }) =>
    kind === 'REGRESSION' ? [sampleName, value, unit ?? '', file] : [sampleName, category, file],
  );
  const fields =
    kind === 'REGRESSION' ? ['sample_name', 'value', 'unit', 'file'] : ['sample_name', 'category', 'file'];
  return `${Papa.unparse({ fields, data: table }, { escapeFormulae: FORMULA })}\r\n`;
}

/** Predictions as JSON, with the model that made them; names exactly as they were read. */
export function toJson(
  predictions: readonly Predicted[],
  deployment: { id: string; name: string; model: Model },
): string {
  const { name, version, kind, targetProperty, unit } = deployment.model;
  return JSON.stringify(
    {
      deployment: { id: deployment.id, name: deployment.name },
      model: { name, version, targetProperty, unit: unit ?? null },
      predictions: predictions.map(({ sampleName, file, value, category }) =>
        kind === 'REGRESSION' ? { sampleName, value, file } : { sampleName, category, file },
      ),
    },
    null,
    2,
  );
}

/** The name of a downloaded file, from the name of the deployment and only with characters that every system allows. */
export function fileNameOf(deployment: string, ending: string): string {
  const plain = deployment
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return `${plain ? `${plain}-` : ''}predictions.${ending}`;
}
