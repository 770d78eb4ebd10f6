import type { Entry } from './sentences.ts';

/** A person who can be chosen in the filter. */
export interface Person {
  id: string;
  name: string;
}

/** Actions whose subject is a person, who may have left since. */
const OF_PEOPLE = /^(?:member\.(?:joined|role_changed|removed|left)|project_member\..*)$/;

/**
 * The people who can be chosen: the members, and others whom the listed entries name, such as those who have left. An entry
 * names who acted, and about whom it is, by their e-mail.
 */
export function peopleIn(members: readonly Person[], entries: readonly Entry[]): Person[] {
  const found = new Map<string, string>();
  for (const { action, subjectId, subject } of entries) {
    if (OF_PEOPLE.test(action)) found.set(subjectId, subject);
  }
  for (const { actor } of entries) if (actor) found.set(actor.id, actor.name);
  const others = [...found].filter(([id]) => !members.some(member => member.id === id));
  return [...members, ...others.map(([id, name]) => ({ id, name: `${name} (not a member)` }))];
}
