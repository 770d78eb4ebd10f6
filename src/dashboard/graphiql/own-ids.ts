import type { Example } from './examples.ts';

interface Viewer {
  organizations: {
    id: string;
    projects: {
      id: string;
      viewerCan: { predict: boolean };
      models: { id: string }[];
      deployments: { id: string; name: string; active: boolean; model: { inputLength: number } }[];
    }[];
  }[];
}

const VIEWER = `query OwnIds {
  viewer {
    organizations {
      id
      projects {
        id
        viewerCan { predict }
        models { id }
        deployments { id name active model { inputLength } }
      }
    }
  }
}`;

/** Tabs whose first operation ends or deletes an existing object, so the person has to fill in its id. */
const NOT_FILLED = new Set([
  'UpdateApiKey',
  'RotateApiKey',
  'RehearseApiKeyRevocation',
  'RevokeApiKey',
  'DeleteApiKey',
  'DeleteDeployment',
]);
/** How long the page waits for the ids before it opens without them. */
const TIMEOUT_MS = 5_000;

/** The signed-in person's organizations, projects, models and deployments; null for anyone else. */
export async function findViewer(url: string, send: typeof fetch = fetch): Promise<Viewer | null> {
  try {
    const response = await send(url, {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: VIEWER }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const { data } = (await response.json()) as { data?: { viewer?: Viewer | null } | null };
    return data?.viewer ?? null;
  } catch {
    return null;
  }
}

/**
 * Fills the examples with the ids of the signed-in person, and removes the key, so that the first operation of each tab
 * runs unedited. An id that the person does not have stays a placeholder.
 */
export function withOwnIds(examples: readonly Example[], { organizations }: Viewer): Example[] {
  const projects = organizations.flatMap(organization =>
    organization.projects.map(project => ({ ...project, organizationId: organization.id })),
  );
  const points = pointsOf(examples);
  const candidates = projects.flatMap(project =>
    project.deployments.map(deployment => ({ project, deployment })),
  );
  // Prefers a deployment that the person may call, then an active one, then one that accepts the example's spectrum.
  const rank = ({ project, deployment }: (typeof candidates)[number]) =>
    4 * Number(project.viewerCan.predict) +
    2 * Number(deployment.active) +
    Number(deployment.model.inputLength === points);
  const [best] = candidates.toSorted((one, other) => rank(other) - rank(one));
  const project = best?.project ?? projects[0];
  const deployment = best?.deployment;
  const ids: Record<string, string | undefined> = {
    '<your-organization-id>': project?.organizationId ?? organizations[0]?.id,
    '<your-project-id>': project?.id,
    '<your-deployment-id>': deployment?.id,
    '<your-model-id>': project?.models[0]?.id,
  };
  return examples.map(example => {
    const { title, variables } = example;
    if (NOT_FILLED.has(title)) return example;
    // Renames the deployment to its current name; the person fills in the other operations of the tab.
    const own =
      title === 'RenameDeployment'
        ? { '<your-deployment-id>': deployment?.id, '<the-new-name>': deployment?.name }
        : ids;
    const filled = replaceTexts(variables, own);
    const spectra =
      title === 'Predict' && deployment && deployment.model.inputLength !== points
        ? { spectra: [{ sampleName: 'sample-1', yValues: Array(deployment.model.inputLength).fill(0) }] }
        : {};
    return { ...example, variables: { ...filled, ...spectra }, headers: {} };
  });
}

/** The number of points of the spectrum in the first example. */
function pointsOf(examples: readonly Example[]): number | undefined {
  const spectra = examples[0]?.variables.spectra;
  const first: unknown = Array.isArray(spectra) ? spectra[0] : undefined;
  if (typeof first !== 'object' || first === null || !('yValues' in first)) return undefined;
  return Array.isArray(first.yValues) ? first.yValues.length : undefined;
}

function replaceTexts(
  variables: Record<string, unknown>,
  texts: Readonly<Record<string, string | undefined>>,
): Record<string, unknown> {
  return JSON.parse(JSON.stringify(variables), (_name, value) =>
    typeof value === 'string' ? (texts[value] ?? value) : value,
  );
}
