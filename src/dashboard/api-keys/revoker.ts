import type { ApiKeyRowFragment, RevocationSource } from '../generated/graphql';

/** How the page names who revoked a key, if no person of its organization did. */
const SOURCES: Record<RevocationSource, string> = {
  HOLDER: ' by its holder',
  SECRET_SCANNING: ' after GitHub found it in public',
};

/** By whom a key was revoked, to follow the date; empty for a key that is not revoked or whose revoker left. */
export function revokerOf({
  revokedBy,
  revocationSource,
}: Pick<ApiKeyRowFragment, 'revokedBy' | 'revocationSource'>): string {
  if (revocationSource) return SOURCES[revocationSource];
  return revokedBy ? ` by ${revokedBy.name}` : '';
}
