import { monitorEventLoopDelay } from 'node:perf_hooks';
import { test } from 'vitest';
import { openLab, startServiceForTest } from './harness.ts';
import { fillTenant } from './large-tenant.ts';

const times = (count: number, text: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => text(at)).join(' ');
test('scratch', async () => {
  const service = await startServiceForTest();
  const a = await openLab(service, 'FREE', 'Max Mallory');
  await fillTenant(service, a, { deployments: 199, logs: 100, spectra: 100, projects: 199, members: 199 });
  const p = a.owner.projectId;
  const flood = (roots: number, fields: string) =>
    `{ ${times(roots, at => `r${at}: project(id: "${p}") { deployments { ...F } }`)} } fragment F on Deployment { ${fields} }`;
  const docs: Record<string, string> = {
    attack: flood(
      8,
      times(20, at => `l${at}: predictionLogs(first: ${1 + at}) { nodes { id } }`),
    ),
    pages2: flood(
      1,
      times(2, at => `l${at}: predictionLogs(first: ${20 + at}) { nodes { id createdAt source } }`),
    ),
    pages1: flood(1, 'predictionLogs(first: 40) { nodes { id } }'),
    pagesNoNodes: flood(1, 'predictionLogs(first: 100) { pageInfo { endCursor } }'),
    preds: `{ deployment(id: "${a.deploymentId}") { predictionLogs(first: 100) { nodes { predictions { value sampleName category } } } } }`,
    predsFew: flood(1, 'predictionLogs(first: 1) { nodes { predictions { value } } }'),
    roles: flood(
      2,
      times(20, at => `p${at}: project { organization { plan { name } } }`),
    ),
    loaders: flood(
      1,
      times(20, at => `p${at}: project { organization { plan { name } } }`),
    ),
    models: flood(
      1,
      times(29, at => `p${at}: model { id createdAt }`),
    ),
    daily: flood(1, 'dailyPredictions(days: 45) { predictions date }'),
    nested: '{ viewer { organizations { projects { deployments { project { deployments { id } } } } } } }',
    nested2: `{ project(id: "${p}") { d: deployments { project { members { person { id name } email } } } } }`,
    members: `{ project(id: "${p}") { organization { ${times(20, at => `m${at}: members { person { id name } email role }`)} } } }`,
    intro: `{ __schema { ${times(12, at => `a${at}: types { fields { type { fields { args { name } } } } }`)} } }`,
  };
  const d = monitorEventLoopDelay({ resolution: 1 });
  d.enable();
  for (let r = 0; r < 3; r++)
    for (const [name, doc] of Object.entries(docs)) {
      await new Promise(x => setTimeout(x, 100));
      d.reset();
      const t = performance.now();
      const res = await fetch(`${service.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', cookie: a.owner.cookie },
        body: JSON.stringify({ query: doc }),
      });
      const text = await res.text();
      const ms = performance.now() - t;
      console.log(
        r,
        name.padEnd(14),
        res.status,
        String(text.length).padStart(8),
        ms.toFixed(0).padStart(5),
        'ms, loop max',
        (d.max / 1e6).toFixed(0),
        text.slice(0, text.includes('errors') ? 120 : 0),
      );
    }
}, 100000);
