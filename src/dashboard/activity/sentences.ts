import type { ActivityFieldsFragment } from '../generated/graphql';

/** An entry of the activity, as the list reads it. */
export type Entry = ActivityFieldsFragment;

/** What was done and to what kind of thing; its name follows, and then the rest of the sentence. */
type Words = readonly [done: string, after?: string];

const WORDS: Record<string, Words> = {
  'organization.created': ['created the organization'],
  'organization.renamed': ['renamed the organization'],
  'organization.key_policy_changed': ['changed the key policy of'],
  'organization.plan_changed': ['changed the plan of'],
  'organization.deleted': ['deleted the organization'],
  'invitation.declined': ['declined the invitation of'],
  'invitation.revoked': ['revoked the invitation of'],
  'member.invited': ['invited'],
  'member.joined': ['joined as'],
  'member.role_changed': ['changed the role of'],
  'member.removed': ['removed', 'from the organization'],
  'member.left': ['left the organization:'],
  'project_member.added': ['added', 'to the project'],
  'project_member.role_changed': ['changed the project role of'],
  'project_member.removed': ['removed', 'from the project'],
  'project_member.left': ['left the project:'],
  'project.created': ['created the project'],
  'project.renamed': ['renamed the project'],
  'project.deleted': ['deleted the project'],
  'model.registered': ['registered the model'],
  'model.renamed': ['renamed the model'],
  'model.x_axis_set': ['set the x axis of the model'],
  'model.deleted': ['deleted the model'],
  'deployment.created': ['created the deployment'],
  'deployment.activated': ['switched on the deployment'],
  'deployment.deactivated': ['switched off the deployment'],
  'deployment.renamed': ['renamed the deployment'],
  'deployment.deleted': ['deleted the deployment'],
  'deployment.quarantine_reset': ['reset the quarantine of the deployment'],
  'account.deleted': ['deleted their account:'],
  'api_key.created': ['created API key'],
  'api_key.changed': ['changed API key'],
  'api_key.rotated': ['rotated API key'],
  'api_key.rehearsed': ['rehearsed the revocation of API key'],
  'api_key.rehearsal_ended': ['ended the rehearsal of API key'],
  'api_key.expired': ['recorded the expiry of API key'],
  'api_key.revoked': ['revoked API key'],
  'api_key.deleted': ['deleted API key'],
  'webhook.created': ['created the webhook to'],
  'webhook.changed': ['changed the webhook to'],
  'webhook.secret_rotated': ['rotated the secret of the webhook to'],
  'webhook.tested': ['tested the webhook to'],
  'webhook.delivery_resent': ['resent a delivery of the webhook to'],
  'webhook.deleted': ['deleted the webhook to'],
};

const ACTORS: Record<Entry['actorKind'], string> = {
  PERSON: 'Someone who deleted their account',
  KEY_HOLDER: 'The holder of the key',
  OPERATOR: 'The operator of the server',
  SERVER: 'The server',
  ANONYMOUS: 'Someone who was not signed in',
};

/** Who did it: the person's name, or what acted instead. */
export const actorOf = ({ actor, actorKind }: Pick<Entry, 'actor' | 'actorKind'>): string =>
  actor?.name ?? ACTORS[actorKind];

/** The parts of "Ada rotated API key LIMS (sk_ab12…)", so that the names can be emphasized. */
export function partsOf(entry: Pick<Entry, 'action' | 'subject' | 'details' | 'actor' | 'actorKind'>) {
  const [done = entry.action, after = ''] = WORDS[entry.action] ?? [];
  const facts = new Map(entry.details.map(({ name, value }) => [name, value]));
  const prefix = facts.get('prefix');
  const version = entry.action.startsWith('model.') ? facts.get('version') : undefined;
  const mark = prefix !== undefined ? `(${prefix}…)` : version !== undefined ? `version ${version}` : '';
  return { actor: actorOf(entry), done, subject: entry.subject, mark, after };
}

/** The whole sentence. */
export function sentenceOf(entry: Parameters<typeof partsOf>[0]): string {
  const { actor, done, subject, mark, after } = partsOf(entry);
  return [actor, done, subject, mark, after].filter(part => part !== '').join(' ');
}

const FIELDS: Record<string, string> = {
  name: 'name',
  note: 'note',
  role: 'role',
  plan: 'plan',
  expiresAt: 'expiry',
  allowedNetworks: 'allowed networks',
  monthlyPredictions: 'predictions a month',
  callsPerMinute: 'calls a minute',
  maxLifetimeDays: 'max lifetime in days',
  expiryRequired: 'expiry required',
  projectKeysAllowed: 'project-wide keys allowed',
};

const FACTS: Record<string, string> = {
  role: 'role',
  until: 'until',
  retiresAt: 'retires',
  successorPrefix: 'successor',
  expiresAt: 'expired',
  events: 'events',
  reason: 'reason',
  by: 'by',
  url: 'found at',
  plan: 'plan',
  apiKeys: 'keys deleted with it',
};

/** A value for a reader: times in their time zone. */
function shown(value: string | null | undefined): string {
  if (value == null || value === '') return 'none';
  return /^\d{4}-\d\d-\d\dT/.test(value)
    ? new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(value))
    : value;
}

/** What changed, and other facts that the sentence does not have, a line each. */
export function linesOf({ changes, details }: Pick<Entry, 'changes' | 'details'>): string[] {
  return [
    ...changes
      .filter(({ from, to }) => from !== to)
      .map(({ field, from, to }) => `${FIELDS[field] ?? field}: ${shown(from)} → ${shown(to)}`),
    ...details.flatMap(({ name, value }) => {
      const label = FACTS[name];
      // The sentence begins with the holder.
      return label === undefined || value === 'holder' ? [] : [`${label}: ${shown(value)}`];
    }),
  ];
}
