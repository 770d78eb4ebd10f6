import { isIP } from 'node:net';
import { fileURLToPath } from 'node:url';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';

const wholeNumber = (min: number, max: number) => {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.coerce.number(error).int(error).min(min, error).max(max, error);
};

const trueOrFalse = z.stringbool({
  truthy: ['true'],
  falsy: ['false'],
  case: 'sensitive',
  error: 'must be true or false',
});

/** A list of origins, comma-separated. */
const originsLike = (example: string) =>
  z
    .string()
    .transform(origins => origins.split(',').map(origin => origin.trim()))
    .refine(origins => origins.every(isOrigin), `must list origins, such as ${example}`)
    .optional();

/** A list of addresses and networks, comma-separated. */
const networks = z
  .string()
  .transform(list => list.split(',').map(network => network.trim()))
  .refine(list => list.every(isNetwork), 'must list addresses or networks, such as 10.0.0.0/8')
  .optional();

const variables = {
  HOST: z.string().min(1).default('127.0.0.1').describe('Address to listen on'),
  PORT: wholeNumber(0, 65_535).default(4000).describe('Port to listen on; 0 takes a free one'),
  DATA_DIR: z
    .string()
    .min(1)
    .default('.data')
    .describe('Folder of the private PostgreSQL, used without DATABASE_URL'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must begin with postgres:// or postgresql://')
    .optional()
    .describe('Your own PostgreSQL (15 or later); if unset, a private one is started'),
  DATABASE_MIGRATE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must begin with postgres:// or postgresql://')
    .optional()
    .describe(
      'The same database as the role that owns it, which migrates; DATABASE_URL then has a role that cannot change the activity',
    ),
  // Dropping old logs needs two at once (predictions/partitions.ts).
  DATABASE_POOL: wholeNumber(2, 1000)
    .default(10)
    .describe('Max connections to PostgreSQL; requests of people use at most half of them'),
  DATABASE_PREPARE: trueOrFalse
    .default(true)
    .describe(
      'Use prepared statements; false behind PgBouncer in transaction mode (timeouts are then set on the role)',
    ),
  LOG_RETENTION_MONTHS: wholeNumber(1, 1200)
    .optional()
    .describe('Full months of prediction logs to keep besides the current one; if unset, all'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('warn')
    .describe('Lowest severity written to the log (JSON, standard error); info logs each request'),
  TRUSTED_PROXIES: networks.describe(
    'Addresses or networks of proxies whose X-Forwarded-* headers are trusted, comma-separated',
  ),
  PUBLIC_URL: originsLike('https://spectrakey.lab.example').describe(
    'Origins of this server, comma-separated; the first is used in links, and requests for other hosts are refused',
  ),
  SIGN_UP: z
    .enum(['open', 'invited'])
    .optional()
    .describe(
      'open: anyone can sign up; invited: an invitation is required; if unset, open only on a loopback server',
    ),
  SMTP_URL: z
    .url({ protocol: /^smtps?$/, error: 'must be a URL, such as smtps://user:password@mail.example' })
    .optional()
    .describe(
      'Mail server for invitations and mails about API keys, such as smtps://user:password@mail.example; requires MAIL_FROM and PUBLIC_URL',
    ),
  MAIL_FROM: z
    .email({ error: 'must be an e-mail address, such as spectrakey@lab.example' })
    .optional()
    .describe('Sender address of mails, such as spectrakey@lab.example'),
  WEBHOOK_HTTP: trueOrFalse
    .default(false)
    .describe('Allow webhooks with http://, whose content others in the network can read and change'),
  WEBHOOK_NETWORKS: networks.describe(
    'Private addresses or networks that webhooks may call besides public addresses, comma-separated; if unset, none',
  ),
  WEBHOOK_REFUSED_NETWORKS: networks.describe(
    'Public addresses or networks that webhooks may not call unless WEBHOOK_NETWORKS lists them too, comma-separated; if unset, none',
  ),
  SECRET_SCANNING_KEYS: z
    .url({ protocol: /^https?$/, error: 'must be a URL' })
    .refine(url => isEncryptedOrLoopback(url), 'must begin with https://')
    .optional()
    .describe(
      'Accept reports of leaked keys at /secret-scanning/github that are signed with one of these public keys, such as https://api.github.com/meta/public_keys/secret_scanning; if unset, none',
    ),
  NODE_ENV: z
    .string()
    .optional()
    .describe(
      'production on a shared server (npm start sets it); with DATABASE_URL, the default of SIGN_UP depends on it',
    ),
  CORS_ORIGINS: originsLike('https://lims.example').describe(
    'Origins whose pages may call /graphql and /api from a browser, comma-separated; if unset, none',
  ),
  INTROSPECTION: trueOrFalse
    .default(true)
    .describe('Allow introspection of the schema, and suggest its names in error messages'),
  GRAPHIQL: trueOrFalse.default(true).describe('Serve GraphiQL'),
  MODEL_MEMORY: wholeNumber(768, 1024 * 1024)
    .optional()
    .describe(
      'Memory for all model hosts together, in MiB, at least 768; if unset, a quarter of the memory of the machine or its cgroup',
    ),
  MODEL_HOST_UIDS: z
    .string()
    .transform(range => /^(\d{1,10})-(\d{1,10})$/.exec(range)?.slice(1).map(Number) ?? [0, 0])
    .transform(([first = 0, last = 0]) => ({ first, last }))
    .refine(
      ({ first, last }) => first >= 1000 && last < 2 ** 31 && last - first >= 1000,
      'must be a range of at least 1000 uids, such as 2000000000-2099999999',
    )
    .optional()
    .describe(
      'Uids for model hosts, one for each, when root starts the server; if unset, 2000000000-2099999999',
    ),
  METRICS_PORT: wholeNumber(0, 65_535)
    .optional()
    .describe('Port of /metrics, for Prometheus; 0 takes a free one; if unset, there are no metrics'),
  METRICS_HOST: z.string().min(1).default('127.0.0.1').describe('Address on which /metrics is served'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'must be a URL, such as http://127.0.0.1:4318' })
    .optional()
    .describe(
      'OpenTelemetry collector that receives traces, such as http://127.0.0.1:4318; if unset, none are sent',
    ),
  OTEL_TRACES_EXPORTER: z
    .enum(['otlp', 'none'])
    .optional()
    .describe('otlp: send traces, by default to http://localhost:4318; none: send none'),
  OTEL_EXPORTER_OTLP_PROTOCOL: z
    .enum(['http/protobuf', 'http/json'])
    .default('http/protobuf')
    .describe('Format of traces'),
  OTEL_TRACES_SAMPLER: z
    .enum([
      'always_on',
      'always_off',
      'traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
    ])
    .default('parentbased_always_on')
    .describe('Which requests are traced, as defined by OpenTelemetry'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe('Share of requests to trace, from 0 to 1, for ratio samplers'),
  OTEL_SDK_DISABLED: trueOrFalse.default(false).describe('true: send no traces, whatever else is set'),
};

/** Whether a text is an address, or a network with a prefix length. */
function isNetwork(proxy: string): boolean {
  const [address = '', prefix, ...more] = proxy.split('/');
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return (
    bits > 0 &&
    more.length === 0 &&
    (prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits))
  );
}

/** Whether a text is an origin: a scheme, a host and, if it is not the scheme's default, a port. */
function isOrigin(text: string): boolean {
  return /^https?:[^*]*$/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

const schema = z.object(variables).superRefine((settings, context) => {
  const { SMTP_URL, MAIL_FROM, PUBLIC_URL, DATABASE_URL, DATABASE_MIGRATE_URL } = settings;
  if (DATABASE_MIGRATE_URL !== undefined && DATABASE_URL === undefined) {
    const message = 'must be set with DATABASE_MIGRATE_URL';
    context.addIssue({ code: 'custom', path: ['DATABASE_URL'], message });
  }
  if (SMTP_URL === undefined) return;
  // Links in mails must not depend on the Host header of a request.
  for (const [name, value] of Object.entries({ MAIL_FROM, PUBLIC_URL })) {
    if (value === undefined)
      context.addIssue({ code: 'custom', path: [name], message: 'must be set with SMTP_URL' });
  }
});

type Settings = z.infer<typeof schema>;

/** Who can sign up: anyone, or only people with an invitation. */
export type SignUpMode = 'open' | 'invited';

export type Config = Omit<Settings, 'SIGN_UP'> & { SIGN_UP: SignUpMode };

/** Whether a host, from HOST, a URL or a Host header, is always this machine, as its name is not resolved by DNS. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase();
  return name === 'localhost' || name.endsWith('.localhost') || isLoopbackAddress(name);
}

/** Whether what is read from a URL cannot be changed on its way. */
const isEncryptedOrLoopback = (url: string) =>
  url.startsWith('https:') || (URL.canParse(url) && isLoopback(new URL(url).hostname));

/** Whether an address is in 127.0.0.0/8 or ::1, also where IPv4 is written as IPv6. */
export function isLoopbackAddress(text: string): boolean {
  const address = text.replace(/^\[(.*)\]$/, '$1');
  const isAddress = ipaddr.IPv4.isValidFourPartDecimal(address) || ipaddr.IPv6.isValid(address);
  return isAddress && ipaddr.process(address).range() === 'loopback';
}

/** The setting that makes this a shared server, where the default of SIGN_UP is invited; undefined for a personal one. */
export function reasonForInvitations({
  HOST,
  TRUSTED_PROXIES,
  PUBLIC_URL = [],
  DATABASE_URL,
  NODE_ENV,
}: Pick<Settings, 'HOST' | 'TRUSTED_PROXIES' | 'PUBLIC_URL' | 'DATABASE_URL' | 'NODE_ENV'>):
  | 'HOST'
  | 'TRUSTED_PROXIES'
  | 'PUBLIC_URL'
  | 'DATABASE_URL'
  | undefined {
  if (!isLoopback(HOST)) return 'HOST';
  if (TRUSTED_PROXIES) return 'TRUSTED_PROXIES';
  if (PUBLIC_URL.some(origin => !isLoopback(new URL(origin).hostname))) return 'PUBLIC_URL';
  return DATABASE_URL && NODE_ENV === 'production' ? 'DATABASE_URL' : undefined;
}

/** Invalid settings, with one line for each in the message. */
export class ConfigError extends Error {}

/**
 * Reads the settings of this process.
 *
 * @throws {ConfigError} with the name of every invalid variable.
 */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  // An empty variable counts as unset, as shells and compose files often set variables to nothing.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const result = schema.safeParse(given);
  if (result.success) {
    const mode = reasonForInvitations(result.data) ? 'invited' : 'open';
    return { ...result.data, SIGN_UP: result.data.SIGN_UP ?? mode };
  }
  throw new ConfigError(
    result.error.issues.map(issue => `${issue.path.join('.')}: ${issue.message}`).join('\n'),
  );
}

/** Reads the settings of `npm run dev` and `npm run seed`, whose data is apart from that of `npm start`. @throws as `readConfig` */
export function readDevelopmentConfig(): Config {
  const DATA_DIR = fileURLToPath(new URL('../.data-dev', import.meta.url));
  return readConfig({ DATA_DIR, ...process.env });
}

/** The environment of this process with other settings, for a process that it starts. */
export const environmentWith = (settings: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  ...process.env,
  ...settings,
});

/** Whether OpenTelemetry's variables ask for traces. */
export function wantsTraces({
  OTEL_EXPORTER_OTLP_ENDPOINT,
  OTEL_TRACES_EXPORTER,
  OTEL_SDK_DISABLED,
}: Pick<Config, 'OTEL_EXPORTER_OTLP_ENDPOINT' | 'OTEL_TRACES_EXPORTER' | 'OTEL_SDK_DISABLED'>): boolean {
  if (OTEL_SDK_DISABLED || OTEL_TRACES_EXPORTER === 'none') return false;
  return OTEL_TRACES_EXPORTER === 'otlp' || OTEL_EXPORTER_OTLP_ENDPOINT !== undefined;
}

/** All settings with name, default and meaning, for `--help` and the table in docs/configuration.md. */
export function settings(): { name: string; preset: string; meaning: string }[] {
  return Object.entries(variables).map(([name, variable]) => {
    const preset = variable.safeParse(undefined).data;
    return { name, preset: preset === undefined ? '' : String(preset), meaning: variable.description ?? '' };
  });
}
