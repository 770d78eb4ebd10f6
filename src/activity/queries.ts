import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../database/pool.ts';
import { badUserInput } from '../errors.ts';
import type { ActivityFilter, ActivityGroup, ActorKind, InputMaybe } from '../generated/graphql.ts';
import { isUuid } from '../requests/names.ts';
import {
  checkPage,
  LAST_ID,
  type PageArguments,
  type PageRequest,
  toConnections,
} from '../requests/pagination.ts';
import type { ActivityAction } from './activity.ts';

export interface ActivityRow {
  id: string;
  createdAt: Date;
  action: ActivityAction;
  actorKind: ActorKind;
  /** Null: not a person, or one who deleted their account. */
  actorId: string | null;
  actorName: string | null;
  network: string | null;
  projectId: string | null;
  subjectId: string;
  subject: string;
  details: Record<string, string | number | boolean | null>;
}

/** What an action begins with, before the dot. */
type Topic = ActivityAction extends `${infer Prefix}.${string}` ? Prefix : never;

/** The group of each topic. Sessions and passwords are those of people alone, and part of no organization. */
const GROUPS = new Map<string, ActivityGroup>(
  Object.entries({
    api_key: 'API_KEYS',
    deployment: 'DEPLOYMENTS',
    model: 'MODELS',
    project: 'PROJECTS',
    member: 'MEMBERS',
    project_member: 'MEMBERS',
    invitation: 'MEMBERS',
    account: 'MEMBERS',
    organization: 'ORGANIZATION',
    webhook: 'WEBHOOKS',
  } satisfies Record<Exclude<Topic, 'session' | 'password'>, ActivityGroup>),
);

/** The group of an action. */
export function groupOf(action: string): ActivityGroup {
  const [topic = ''] = action.split('.');
  return GROUPS.get(topic) ?? 'ORGANIZATION';
}

/** The topics of groups. */
const topicsOf = (groups: readonly ActivityGroup[]): string[] =>
  [...GROUPS].filter(([, group]) => groups.includes(group)).map(([topic]) => topic);

/** A request for a page of the activity of a project or organization. */
export interface ActivityPage extends PageRequest {
  of: 'project' | 'organization';
  parentId: string;
  /** Whether to leave out projects that the viewer does not see, and webhooks: for an admin of the organization. */
  onlyVisible: boolean;
  topics: string[] | null;
  actorId: string | null;
  subjectId: string | null;
  since: Date | null;
  until: Date | null;
}

/** An id that nothing has, for a text that is not an id. */
const NO_ID = '00000000-0000-0000-0000-000000000000';

/** Checks the arguments of a page of activity. @throws BAD_USER_INPUT */
export function checkActivityPage(
  place: Pick<ActivityPage, 'of' | 'parentId' | 'onlyVisible'>,
  { filter, ...page }: PageArguments & { filter?: InputMaybe<ActivityFilter> },
): ActivityPage {
  const { groups, actorId, subjectId, since, until } = filter ?? {};
  if (groups?.length === 0) throw badUserInput('Name at least one group of actions, or leave "groups" out.');
  if (since && until && since >= until) throw badUserInput('"until" must be after "since".');
  const idOf = (id: InputMaybe<string>) => (id == null ? null : isUuid(id) ? id.toLowerCase() : NO_ID);
  return {
    ...place,
    ...checkPage(page),
    topics: groups ? topicsOf(groups) : null,
    actorId: idOf(actorId),
    subjectId: idOf(subjectId),
    since: since ?? null,
    until: until ?? null,
  };
}

/**
 * Lists pages of activity, newest first. One statement for all pages that are filtered by the same fields, so that each
 * finds its rows through an index; there are at most 96 such statements, whatever a request asks for. It does not check
 * visibility: pass only projects and organizations whose activity the viewer may see.
 */
export async function listActivity(db: Database, viewerId: string, pages: readonly ActivityPage[]) {
  const places = pages.map((page, place) => ({ page, place: place + 1 }));
  const rows: (ActivityRow & { place: number })[] = [];
  for (const alike of Map.groupBy(places, ({ page }) => shapeOf(page)).values()) {
    rows.push(...(await readPages(db, viewerId, alike)));
  }
  return toConnections(rows, pages);
}

const shapeOf = ({ of, onlyVisible, topics, actorId, subjectId, since, until }: ActivityPage) =>
  [
    of,
    onlyVisible,
    topics !== null,
    actorId !== null,
    subjectId !== null,
    since !== null,
    until !== null,
  ].join();

const COLUMNS = sql.raw(
  'id, created_at, action, actor_kind, actor_id, network, project_id, subject_id, subject, details',
);

async function readPages(
  db: Database,
  viewerId: string,
  places: readonly { page: ActivityPage; place: number }[],
): Promise<(ActivityRow & { place: number })[]> {
  const [{ page: shape } = { page: null }] = places;
  if (!shape) return [];
  const conditions: RawBuilder<unknown>[] = [
    shape.of === 'project' ? sql`project_id = page.parent_id` : sql`organization_id = page.parent_id`,
    sql`id < page.before`,
  ];
  if (shape.topics) conditions.push(sql`split_part(action, '.', 1) = topic`);
  if (shape.actorId !== null) conditions.push(sql`actor_id = page.actor_id`);
  if (shape.subjectId !== null) conditions.push(sql`subject_id = page.subject_id`);
  if (shape.since !== null) conditions.push(sql`created_at >= page.since`);
  if (shape.until !== null) conditions.push(sql`created_at < page.until`);
  if (shape.onlyVisible) {
    conditions.push(sql`split_part(action, '.', 1) <> 'webhook'`);
    conditions.push(sql`(project_id is null or exists (
      select from project_access as access
      where access.project_id = activity.project_id and access.user_id = ${viewerId}
    ))`);
  }
  const entries = sql`
    select ${COLUMNS} from activity where ${sql.join(conditions, sql` and `)} order by id desc limit page.limit`;
  // Each topic is read from the index by itself; then the newest of all.
  const newest = shape.topics
    ? sql`
      select entry.* from unnest(string_to_array(page.topics, ' ')) as topic
      cross join lateral (${entries}) as entry order by entry.id desc limit page.limit`
    : entries;
  const { rows } = await sql<ActivityRow & { place: number }>`
    select entry.*, users.name as actor_name, page.place
    from unnest(
      ${places.map(({ page }) => page.parentId)}::uuid[],
      ${places.map(({ page }) => page.after ?? LAST_ID)}::uuid[],
      ${places.map(({ page }) => page.first + 1)}::int[],
      ${places.map(({ page }) => page.topics?.join(' ') ?? null)}::text[],
      ${places.map(({ page }) => page.actorId)}::uuid[],
      ${places.map(({ page }) => page.subjectId)}::uuid[],
      ${places.map(({ page }) => page.since)}::timestamptz[],
      ${places.map(({ page }) => page.until)}::timestamptz[],
      ${places.map(({ place }) => place)}::int[]
    ) as page(parent_id, before, "limit", topics, actor_id, subject_id, since, until, place)
    cross join lateral (${newest}) as entry
    left join users on users.id = entry.actor_id`.execute(db);
  return rows;
}

/** The old and the new value of something. */
interface ActivityChange {
  field: string;
  from: string | null;
  to: string | null;
}

/** What an entry says besides its subject: what changed, and other facts. */
export function readDetails({ subject, details }: Pick<ActivityRow, 'subject' | 'details'>): {
  changes: ActivityChange[];
  facts: { name: string; value: string }[];
} {
  const textOf = (name: string) => (details[name] == null ? null : String(details[name]));
  const changes: ActivityChange[] = [];
  const facts: { name: string; value: string }[] = [];
  for (const name of Object.keys(details)) {
    const [, field, end] = /^(?:(.+)\.)?(from|to)$/.exec(name) ?? [];
    if (name === 'before') changes.push({ field: 'name', from: textOf(name), to: subject });
    else if (end === 'from') {
      const to = field === undefined ? 'to' : `${field}.to`;
      // Only roles are recorded as `from` and `to` alone.
      changes.push({ field: field ?? 'role', from: textOf(name), to: textOf(to) });
    } else if (end !== 'to') {
      const value = textOf(name);
      if (value !== null) facts.push({ name, value });
    }
  }
  return { changes, facts };
}
