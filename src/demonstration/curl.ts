import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Config } from '../config.ts';
import { type Demonstration, examplePrediction } from './seed.ts';

/**
 * Returns the `curl` command that predicts a gasoline sample with the demonstration's API key. Writes the body of 401
 * numbers to a file in DATA_DIR, because a line in a terminal has at most 4096 characters.
 */
export async function curlOf(
  { DATA_DIR }: Pick<Config, 'DATA_DIR'>,
  url: string,
  { rawKey, octaneDeploymentId }: Pick<Demonstration, 'rawKey' | 'octaneDeploymentId'>,
): Promise<string> {
  const file = resolve(DATA_DIR, 'predict-octane.json');
  await writeFile(file, await examplePrediction(octaneDeploymentId));
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  return [
    `curl -sS ${quoted(`${url}/graphql`)}`,
    `-H ${quoted(`Authorization: Api-Key ${rawKey}`)}`,
    `-H ${quoted('Content-Type: application/json')}`,
    `-d ${quoted(`@${file}`)}`,
  ].join(' ');
}
