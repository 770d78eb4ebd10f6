import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Kysely, Transaction } from 'kysely';
import { uuidv7 as newId } from 'uuidv7';
import { insertOrganization } from '../accounts/organizations.ts';
import { LOCAL_REQUEST, type Passwords, startPasswords } from '../accounts/passwords.ts';
import { insertPerson } from '../accounts/people.ts';
import type { By } from '../activity/activity.ts';
import { insertApiKey } from '../api-keys/manage-keys.ts';
import { generateRawKey } from '../api-keys/raw-key.ts';
import { plainSettings } from '../api-keys/settings.ts';
import type { Database } from '../database/pool.ts';
import { checkFacts, type GivenFacts } from '../deployments/calibration.ts';
import { insertDeployment } from '../deployments/deployments.ts';
import { describeFile } from '../deployments/model-files.ts';
import { insertModel, readOnnx } from '../deployments/models.ts';
import type { DB } from '../generated/database.ts';
import { type Models, startModels } from '../onnx/models.ts';
import { insertProject } from '../projects/projects.ts';

/** The e-mail of the account that the first start creates. */
export const DEMONSTRATION_EMAIL = 'demo@spectrakey.example';

/** A model of the demonstration, and its deployment. */
interface DemonstrationModel {
  file: string;
  name: string;
  targetProperty: string;
  deployment: string;
  description: string;
  /** What the metadata of the file do not say. */
  facts: GivenFacts;
}

export const octane: DemonstrationModel = {
  file: 'octane-with-limits.onnx',
  name: 'Octane by NIR',
  targetProperty: 'octane number',
  deployment: 'Octane, production line',
  description: 'PLS regression on 50 gasoline spectra, 900–1700 nm (Kalivas 1997).',
  facts: {},
};

export const oilType: DemonstrationModel = {
  file: 'oil-type.onnx',
  name: 'Oil type by NIR',
  targetProperty: 'oil type',
  deployment: 'Oil type, incoming goods',
  description: 'LDA on 120 mayonnaise spectra, 1100–2500 nm (Indahl et al. 1999).',
  facts: { xAxis: { quantity: 'WAVELENGTH', unit: 'nm', first: 1100, last: 2500 }, yUnit: 'log(1/R)' },
};

/** The credentials of the demonstration. They are printed only once, because only their hashes are stored. */
export interface Demonstration {
  email: string;
  password: string;
  rawKey: string;
  /** The id of the deployment of the octane model. */
  octaneDeploymentId: string;
}

const pathOf = (file: string) => fileURLToPath(new URL(`data/${file}`, import.meta.url));
const data = (file: string) => readFile(pathOf(file));

/** Whether the database has no accounts yet. */
export async function isUnused(db: Database): Promise<boolean> {
  return (await db.selectFrom('users').select('id').limit(1).executeTakeFirst()) === undefined;
}

/** Adds a person, an organization on Pro, a project, two deployments and an API key to an unused database. */
export async function seed(
  db: Kysely<DB>,
  now: Date,
  random: (bytes: number) => Buffer = randomBytes,
): Promise<Demonstration> {
  return await withTools(db, tools => fill(db, tools, now, random));
}

/** The services that create demonstration data. */
export type Tools = Pick<Passwords, 'hash'> & Pick<Models, 'inspect'>;

/** Starts the services for some work, and stops them afterwards. @returns what `work` returns */
export async function withTools<Result>(
  db: Kysely<DB>,
  work: (tools: Tools) => Promise<Result>,
): Promise<Result> {
  const passwords = startPasswords();
  const models = startModels({
    load: modelId => readOnnx(db, modelId),
    onNotStarted: error => process.emitWarning(`A model host could not be started: ${error}`),
  });
  try {
    return await work({ hash: passwords.hash, inspect: models.inspect });
  } finally {
    await Promise.all([passwords.close(), models.close()]);
  }
}

async function fill(
  db: Kysely<DB>,
  { hash, inspect }: Tools,
  now: Date,
  random: (bytes: number) => Buffer,
): Promise<Demonstration> {
  const password = random(15).toString('base64url');
  const rawKey = generateRawKey(random);
  const person = { id: newId(), email: DEMONSTRATION_EMAIL, name: 'Demo Person' };
  const passwordHash = await hash(password, LOCAL_REQUEST);
  const actor = { id: person.id, email: person.email, network: null };

  return await db.transaction().execute(async trx => {
    await insertPerson(trx, { ...person, passwordHash, createdAt: now });
    const organization = await insertOrganization(trx, {
      name: 'Demo Laboratory',
      plan: 'PRO',
      ownerId: person.id,
      actor,
      createdAt: now,
    });
    const by = { viewerId: person.id, actor, now };
    const projectId = await insertProject(
      trx,
      { organizationId: organization.id, name: 'Near infrared' },
      by,
    );
    const octaneDeploymentId = await deploy(trx, inspect, octane, projectId, by);
    await deploy(trx, inspect, oilType, projectId, by);
    await insertApiKey(
      trx,
      {
        id: newId(),
        reach: { projectId, deploymentId: octaneDeploymentId },
        settings: plainSettings('Demonstration'),
        rawKey,
      },
      by,
    );
    return { email: person.email, password, rawKey: rawKey.text, octaneDeploymentId };
  });
}

/** Registers a model of the demonstration and deploys it. @returns the deployment's id */
export async function deploy(
  trx: Transaction<DB>,
  inspect: Models['inspect'],
  { file: fileName, name, targetProperty, deployment, description, facts }: DemonstrationModel,
  projectId: string,
  by: By,
): Promise<string> {
  const path = pathOf(fileName);
  const file = { ...describeFile(await data(fileName)), path };
  const found = await inspect({ id: projectId, reserved: true }, path);
  const { kind, inputLength, rowIndependent } = found;
  const model = await insertModel(
    trx,
    {
      ...checkFacts(facts, found),
      ...{ file, projectId, name, targetProperty, kind, inputLength, rowIndependent },
      unit: null,
    },
    by,
  );
  return await insertDeployment(trx, { model, name: deployment, description }, by);
}

/** The JSON body of a request that predicts the octane number of a gasoline sample that the model was not fitted on. */
export async function examplePrediction(deploymentId: string): Promise<string> {
  const [, sample = ''] = (await data('gasoline-test.csv')).toString().split('\n');
  const [sampleName, _measured, ...values] = sample.split(',');
  return JSON.stringify({
    query: `mutation Predict($deploymentId: ID!, $spectra: [SpectrumInput!]!) {
  predict(deploymentId: $deploymentId, spectra: $spectra) { predictions { sampleName value } }
}`,
    variables: { deploymentId, spectra: [{ sampleName, yValues: values.map(Number) }] },
  });
}
