import { badUserInput } from '../errors.ts';
import { type AllowedNetworks, literalAddress, mayConnectTo, parseNetworks } from './addresses.ts';

const MAX_URL_LENGTH = 2000;
/** That of a name in DNS. The activity keeps the host of each change. */
const MAX_HOST_LENGTH = 253;

/** What the operator allows and refuses, besides public addresses over TLS. */
export interface TargetPolicy extends AllowedNetworks {
  /** Whether `http:` is allowed. */
  allowHttp: boolean;
}

/** A policy with its networks in CIDR notation. */
export interface PolicyInText {
  allowHttp: boolean;
  networks: readonly string[];
  refusedNetworks: readonly string[];
}

/** @throws Error when a network is not one */
export const parsePolicy = ({ allowHttp, networks, refusedNetworks }: PolicyInText): TargetPolicy => ({
  allowHttp,
  networks: parseNetworks(networks),
  refusedNetworks: parseNetworks(refusedNetworks),
});

/**
 * Checks the URL of a webhook. The addresses of a name are checked at each delivery, since they change.
 *
 * @returns the URL in its normal form, without a fragment.
 * @throws BAD_USER_INPUT
 */
export function checkTarget(text: string, policy: TargetPolicy): string {
  if (text.length > MAX_URL_LENGTH)
    throw badUserInput(`The URL of a webhook has at most ${MAX_URL_LENGTH} characters.`);
  const url = URL.parse(text);
  if (!url)
    throw badUserInput('The URL of the webhook is not valid. Give one such as https://lims.example/hook.');
  const problem = problemOf(url, policy);
  if (problem) throw badUserInput(problem);
  url.hash = '';
  return url.href;
}

/** Why a URL may not be called; undefined if it may, as far as can be said without a look-up of its name. */
export function problemOf(url: URL, { allowHttp, ...networks }: TargetPolicy): string | undefined {
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && allowHttp)) {
    return allowHttp
      ? 'The URL of a webhook must begin with https:// or http://.'
      : 'The URL of a webhook must begin with https://. The operator of this server can allow http://.';
  }
  if (url.username !== '' || url.password !== '')
    return 'The URL of a webhook must not contain a user name or password. Verify the signature instead.';
  if (url.hostname.length > MAX_HOST_LENGTH)
    return `The host in the URL of a webhook has at most ${MAX_HOST_LENGTH} characters.`;
  const address = literalAddress(url.hostname);
  if (address !== undefined && !mayConnectTo(address, networks)) {
    return 'The URL of a webhook must not name an address that is not public, or that the operator of this server refuses. The operator can allow a network.';
  }
  return undefined;
}
