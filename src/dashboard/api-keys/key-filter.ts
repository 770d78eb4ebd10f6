import { useSearchParams } from 'react-router';
import type { ApiKeyOrder, ApiKeyStatus } from '../generated/graphql';
import { withoutSecret } from './without-secret.ts';

/** The choices of statuses. The word is part of the page's address. */
export const STATUSES = {
  all: null,
  'not-revoked': ['ACTIVE', 'EXPIRED'],
  active: ['ACTIVE'],
  expired: ['EXPIRED'],
  revoked: ['REVOKED'],
} satisfies Record<string, ApiKeyStatus[] | null>;

export type Shown = keyof typeof STATUSES;

/** What is listed, and in which order. */
export interface KeyFilter {
  search: string;
  shown: Shown;
  orderBy: ApiKeyOrder;
}

const LAST_USED = 'last-used';

/** Whether a text is one of the choices. */
export const isShown = (text: string): text is Shown => Object.hasOwn(STATUSES, text);

/** The filter of a list of keys, which is kept in the page's address. */
export function useKeyFilter(): [KeyFilter, (changed: Partial<KeyFilter>) => void] {
  const [address, setAddress] = useSearchParams();
  const shown = address.get('status') ?? '';
  const filter: KeyFilter = {
    search: withoutSecret(address.get('search') ?? ''),
    shown: isShown(shown) ? shown : 'all',
    orderBy: address.get('order') === LAST_USED ? 'LAST_USED' : 'NEWEST',
  };
  const change = (changed: Partial<KeyFilter>) => {
    const { search, shown, orderBy } = { ...filter, ...changed };
    setAddress(
      {
        ...(search !== '' && { search }),
        ...(shown !== 'all' && { status: shown }),
        ...(orderBy === 'LAST_USED' && { order: LAST_USED }),
      },
      { replace: true },
    );
  };
  return [filter, change];
}

/** The variables of a query for a filtered list. */
export const variablesOf = ({ search, shown, orderBy }: KeyFilter) => ({
  search: search.trim() === '' ? null : search,
  status: STATUSES[shown],
  orderBy,
});
