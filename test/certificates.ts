import { generateKeyPairSync, sign } from 'node:crypto';

const SIGNATURE = Buffer.from('300a06082a8648ce3d040302', 'hex');
const COMMON_NAME = Buffer.from('0603550403', 'hex');
const ALTERNATIVE_NAMES = Buffer.from('0603551d11', 'hex');
const COMMENT = Buffer.from('06096086480186f842010d', 'hex');

/** An element of DER: a tag, the length and the content. */
function element(tag: number, ...parts: Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const digits = Buffer.from(length.toString(16).padStart(6, '0'), 'hex');
  const shortest = digits.subarray(digits.findIndex(byte => byte !== 0 || length === 0));
  const head = length < 128 ? [length] : [0x80 + shortest.length, ...shortest];
  return Buffer.concat([Buffer.from([tag, ...head]), content]);
}

const sequence = (...parts: Uint8Array[]) => element(0x30, ...parts);
const extension = (type: Buffer, content: Uint8Array) => sequence(type, element(0x04, content));

/**
 * Makes a certificate for a name that signs itself, of P-256 (RFC 5280).
 *
 * @param padding bytes by which a comment makes it longer
 */
export function makeCertificate(name: string, padding = 0): { key: string; cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const distinguishedName = sequence(element(0x31, sequence(COMMON_NAME, element(0x0c, Buffer.from(name)))));
  const times = ['200101000000Z', '491231000000Z'].map(time => element(0x17, Buffer.from(time)));
  const extensions = sequence(
    extension(ALTERNATIVE_NAMES, sequence(element(0x82, Buffer.from(name)))),
    extension(COMMENT, element(0x16, Buffer.alloc(padding, 'x'))),
  );
  const content = sequence(
    element(0xa0, element(0x02, Buffer.from([2]))),
    element(0x02, Buffer.from([1])),
    SIGNATURE,
    distinguishedName,
    sequence(...times),
    distinguishedName,
    publicKey.export({ type: 'spki', format: 'der' }),
    element(0xa3, extensions),
  );
  const signature = element(0x03, Buffer.from([0]), sign('sha256', content, privateKey));
  const lines =
    sequence(content, SIGNATURE, signature)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----\n'].join('\n'),
  };
}
