import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import type { RegisterModelInput } from '../../src/generated/graphql.ts';
import { createDeployment, demonstration, type Person, type Service, spectraOf } from '../harness.ts';
import { constant, node, onnxFile, tensorInfo } from '../onnx-files.ts';

// What the tests of the Predict tab share: models, files, and what the page shows.

/** The axis of the gasoline spectra. */
export const GASOLINE_AXIS = { quantity: 'WAVELENGTH', unit: 'nm', first: 900, last: 1700 } as const;

/** Registers a model with facts about its spectra, and deploys it. @returns the deployment's id */
export async function deployModel(
  service: Service,
  owner: Pick<Person, 'cookie' | 'projectId'>,
  facts: Partial<RegisterModelInput>,
  onnx: Uint8Array = demonstration('octane.onnx'),
  name = 'Octane',
): Promise<string> {
  const { registerModel } = await service.ask(
    `mutation RegisterModel($input: RegisterModelInput!) { registerModel(input: $input) { id } }`,
    {
      input: {
        projectId: owner.projectId,
        name,
        targetProperty: 'octane number',
        ...facts,
        onnx: Buffer.from(onnx).toString('base64'),
      },
    },
    owner,
  );
  return await createDeployment(service, owner, registerModel.id, name);
}

/** A model of three points: the first, times `scale`, is its value, the second T², the third Q. */
export function modelOfThreePoints(statistics: readonly ('t2' | 'q')[] = ['t2', 'q'], scale = 1): Uint8Array {
  const outputs = [
    { name: 'value', weights: [scale, 0, 0] },
    { name: 't2', weights: [0, 1, 0] },
    { name: 'q', weights: [0, 0, 1] },
  ].filter(({ name }) => name === 'value' || statistics.some(statistic => statistic === name));
  return onnxFile({
    input: [tensorInfo('X', 'float64', ['n', 3])],
    output: outputs.map(({ name }) => tensorInfo(name, 'float64', ['n', 1])),
    initializer: outputs.map(({ name, weights }) => constant(`of_${name}`, 'float64', [3, 1], weights)),
    node: outputs.map(({ name }) => node('MatMul', ['X', `of_${name}`], [name])),
  });
}

/** A file to choose. */
export const csv = (name: string, content: string | Buffer) => ({
  name,
  mimeType: 'text/csv',
  buffer: Buffer.from(content),
});

export type ChosenFile = ReturnType<typeof csv>;

export const gasolineFile = () => csv('gasoline-test.csv', demonstration('gasoline-test.csv'));

/** A file of test/cases/spectra. */
export const caseFile = (name: string) =>
  csv(name, readFileSync(new URL(`../cases/spectra/${name}`, import.meta.url)));

/** The gasoline spectra in the long format, under other names. */
export function longGasoline(): string {
  const rows = spectraOf('gasoline-test.csv').flatMap(({ sampleName, yValues }) =>
    yValues.map((y, index) => `long ${sampleName},${900 + 2 * index},${y}`),
  );
  return ['sample_name,x,y', ...rows].join('\r\n');
}

/** A file of this many spectra like those of gasoline. */
export function manySpectra(count: number): string {
  const [heading = '', row = ''] = demonstration('gasoline-test.csv').toString().split('\n');
  return [heading, ...Array.from({ length: count }, (_, index) => row.replace(/^[^,]*/, `S-${index}`))].join(
    '\n',
  );
}

/** Writes a file to the disk: a browser takes a large one from there without delay. @returns its path */
export async function onDisk({ name, buffer }: ChosenFile): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'spectrakey-spectra-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, name);
  await writeFile(path, buffer);
  return path;
}

const published: { octane: { sampleName: string; value: number }[] } = JSON.parse(
  demonstration('expected.json').toString(),
);
/** The rows that the gasoline spectra give. */
export const gasolineRows = published.octane.map(({ sampleName, value }) => [sampleName, value.toFixed(4)]);

/** Chooses files with the page's input. */
export const choose = (page: Page, ...files: ChosenFile[]) =>
  page.locator('input[type=file]').setInputFiles(files);

/** What is shown of one of the files. */
export const fileRow = (page: Page, name: string) =>
  page
    .getByRole('list', { name: 'Files' })
    .getByRole('listitem')
    .filter({ has: page.getByText(name, { exact: true }) });

/** The visible rows of the table of predictions, cell by cell, without the rows that name their call. */
export async function rowsOf(page: Page): Promise<string[][]> {
  const rows = await page.getByRole('table', { name: 'Predictions' }).locator('tbody tr:has(td)').all();
  return await Promise.all(
    rows.map(row => row.locator('td:visible').evaluateAll(cells => cells.map(cell => cell.innerText.trim()))),
  );
}

/** The variables of a call of `predict`. */
export interface SentCall {
  spectra: { sampleName: string; yValues: number[] }[];
  xValues?: number[] | null;
  idempotencyKey: string;
}

/** The calls of `predict` that the page makes from now on. */
export function watchCalls(page: Page): SentCall[] {
  const calls: SentCall[] = [];
  page.on('request', request => {
    const body = request.method() === 'POST' ? JSON.parse(request.postData() ?? '{}') : {};
    if (body.operationName === 'Predict') calls.push(body.variables);
  });
  return calls;
}

/** Predicts for all spectra on the page, and waits for the results. */
export async function predict(page: Page, spectra: string): Promise<void> {
  await page.getByRole('button', { name: `Predict ${spectra}` }).click();
  const [count] = spectra.split(' ');
  await page.getByRole('heading', { name: new RegExp(`^${count} predictions?$`) }).waitFor();
}
