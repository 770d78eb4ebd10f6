import { type Mail, withoutAddresses } from '../accounts/mailer.ts';
import { EVENT_TYPES } from '../outbox/events.ts';

/** An event as a mail lists it. */
export interface MailedEvent {
  type: string;
  createdAt: Date;
  organizationName: string;
  slug: string;
  projectId: string;
  projectName: string;
  data: {
    apiKey?: {
      id: string;
      name: string;
      prefix: string;
      by?: string;
      expiresAt?: string;
      /** The prefix of the key that replaces it and can be used. */
      successorPrefix?: string;
    };
    deployment?: { id: string; name: string };
    /** YYYY-MM in UTC. */
    month?: string;
  };
  /** The predictions outside of the deployment in the month of the event, up to now; null for other events. */
  outside: number | null;
}

/**
 * Formats a mail: its subject and text.
 *
 * @param events what it lists, at least one
 * @param total how many there are, with those that it does not list
 */
export function formatMail(
  { events, total }: { events: readonly MailedEvent[]; total: number },
  publicUrl: string,
): Omit<Mail, 'to'> {
  const organizations = new Map(events.map(({ slug, organizationName }) => [slug, plain(organizationName)]));
  const [first] = events;
  const [name = ''] = organizations.values();
  const subject =
    first && total === 1
      ? sentenceOf(first)
      : `${total} events of API keys in ${organizations.size === 1 ? name : 'several organizations'}`;
  const lines = events.map(event => {
    const { createdAt, slug, projectId, projectName, data } = event;
    const place = data.apiKey
      ? `projects/${projectId}/api-keys/${data.apiKey.id}`
      : `deployments/${data.deployment?.id ?? ''}`;
    return `${createdAt.toUTCString()}, project "${plain(projectName)}" of "${organizations.get(slug)}":\n${sentenceOf(event)}.\n${publicUrl}/${place}\n`;
  });
  const more = total > events.length ? `\nAnd ${total - events.length} more.\n` : '';
  const switches = [...organizations].map(
    ([slug, organization]) => `"${organization}": ${publicUrl}/organizations/${slug}\n`,
  );
  return {
    subject,
    text: `${lines.join('\n')}${more}
You get this mail because you may change API keys on Spectrakey. To switch such mails off, open the page of the
organization, sign in, and switch off "Mail me about keys that I may change":
${switches.join('')}
If you did not create an account there, someone else used your address. Ask the operator of ${publicUrl} to set
a new password for that account: then you can sign in, and switch the mails off or delete the account.
`,
  };
}

/** A name as it is in a mail: in one line, and without what could become a link. */
const plain = (name: string) => withoutAddresses(name).replaceAll(/\s+/g, ' ');

function sentenceOf({ type, data, outside }: MailedEvent): string {
  const { apiKey, deployment } = data;
  const key = `API key "${plain(apiKey?.name ?? '')}" (${apiKey?.prefix}...)`;
  const replaced =
    apiKey?.successorPrefix === undefined
      ? ''
      : `, and its successor (${apiKey.successorPrefix}...) can be used`;
  const called = `Deployment "${plain(deployment?.name ?? '')}"`;
  switch (type) {
    case EVENT_TYPES.API_KEY_CREATED:
      return `${key} was created`;
    case EVENT_TYPES.API_KEY_ROTATED:
      return `${key} was rotated${replaced}`;
    case EVENT_TYPES.API_KEY_REHEARSED:
      return `The revocation of ${key} is rehearsed`;
    case EVENT_TYPES.API_KEY_REVOKED:
      return `${key} was revoked${REVOCATIONS[apiKey?.by ?? ''] ?? ''}`;
    case EVENT_TYPES.API_KEY_EXPIRING:
      return `${key} expires on ${dayOf(apiKey?.expiresAt)}`;
    case EVENT_TYPES.API_KEY_EXPIRED:
      return `${key} has expired${replaced}`;
    case EVENT_TYPES.QUOTA_80:
      return `${called} has used 80 percent of its predictions of this month`;
    case EVENT_TYPES.QUOTA_100:
      return `${called} has used all of its predictions of this month`;
    case EVENT_TYPES.PREDICTION_OUTSIDE:
      return `${called} had predictions outside the calibration${outside === null ? '' : `: ${outside} in ${data.month} (UTC)`}`;
    default:
      return type;
  }
}

/** How a key was revoked without signing in, by the `by` of its activity. */
const REVOCATIONS: Record<string, string> = {
  holder: ' with the key itself: it may have leaked',
  'GitHub secret scanning': ', as GitHub found it in public',
};

const dayOf = (at: string | undefined) => (at === undefined ? '' : new Date(at).toUTCString().slice(0, 16));
