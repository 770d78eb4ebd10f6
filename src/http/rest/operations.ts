import type { TSchema } from 'typebox';
import { type Code, codes } from '../../errors.ts';
import { PredictFilesAnswer, PredictFilesRequest } from './file-schemas.ts';
import { PATHS } from './paths.ts';
import { DeploymentAnswer, KeyAnswer, PredictAnswer, PredictRequest, RevokedKeyAnswer } from './schemas.ts';

/** An operation of the plain HTTP API: what its routes and its description in the OpenAPI document are made from. */
export interface Operation {
  /** Its name in the OpenAPI document. */
  id: string;
  method: 'GET' | 'POST';
  /** Its paths, as in OpenAPI. */
  paths: readonly string[];
  summary: string;
  description: string;
  /** `isValidated`: by its schema. A form is checked where its parts are split (multipart.ts). */
  body?: { type: string; schema: TSchema; isValidated: boolean };
  /** Whether the header Idempotency-Key makes it safe to retry. */
  isIdempotent?: boolean;
  /** The schema of the answer; undefined for any JSON object. */
  answer?: TSchema;
  /** Whether its answers say what is left of the limits of a call. */
  hasLimits?: boolean;
  /** Whether it revokes the key of the request, in whatever state that is. */
  revokesKey?: boolean;
  /** Whether it needs no key. */
  isPublic?: boolean;
  /** The errors that it may answer with, in addition to those of every request. */
  codes: readonly Code[];
}

/** The errors of a key that may not be used now. An operation that revokes the key does not have them. */
const REFUSED_KEY_CODES: readonly Code[] = [
  codes.API_KEY_REVOKED,
  codes.API_KEY_EXPIRED,
  codes.API_KEY_NETWORK_NOT_ALLOWED,
];

/** The errors of every request, whatever its operation. */
export const COMMON_CODES: readonly Code[] = [
  codes.BAD_USER_INPUT,
  codes.NOT_FOUND,
  codes.METHOD_NOT_ALLOWED,
  codes.PAYLOAD_TOO_LARGE,
  codes.UNSUPPORTED_MEDIA_TYPE,
  codes.MISDIRECTED_REQUEST,
  codes.UNAUTHENTICATED,
  ...REFUSED_KEY_CODES,
  codes.RATE_LIMITED,
  codes.UNAVAILABLE,
  codes.INTERNAL_SERVER_ERROR,
];

/** The errors that an operation may answer with. */
export const codesOf = ({ revokesKey, codes }: Operation): Code[] => [
  ...COMMON_CODES.filter(code => !revokesKey || !REFUSED_KEY_CODES.includes(code)),
  ...codes,
];

/** The errors of a call of `predict`, in addition to those of every request. */
export const PREDICT_CODES: readonly Code[] = [
  codes.API_KEY_NOT_AUTHORIZED,
  codes.PLAN_FEATURE_REQUIRED,
  codes.DEPLOYMENT_INACTIVE,
  codes.IDEMPOTENCY_KEY_REUSED,
  codes.QUOTA_EXCEEDED,
  codes.API_KEY_QUOTA_EXCEEDED,
  codes.API_KEY_RATE_LIMITED,
  codes.MODEL_FAILED,
  codes.REQUEST_TIMEOUT,
];

const NOT_CHARGED = 'Costs no predictions, and does not count as a use of the key.';

export const OPERATIONS = {
  predict: {
    id: 'predict',
    method: 'POST',
    paths: PATHS.predict,
    summary: 'Predict for spectra',
    description:
      'Predicts for 1 to 1000 spectra. Each counts as one prediction of the month. A call that fails is not charged.',
    body: { type: 'application/json', schema: PredictRequest, isValidated: true },
    isIdempotent: true,
    answer: PredictAnswer,
    hasLimits: true,
    codes: PREDICT_CODES,
  },
  predictFiles: {
    id: 'predictFiles',
    method: 'POST',
    paths: PATHS.predictFiles,
    summary: 'Predict for files of spectra',
    description:
      "Predicts for the spectra of one or several files (CSV, JCAMP-DX, SPC), at most 1000 in all: for all of them or none. A file whose points are in exactly the opposite order is put into the model's order. A file that is not clear is refused with its line.",
    body: { type: 'multipart/form-data', schema: PredictFilesRequest, isValidated: false },
    isIdempotent: true,
    answer: PredictFilesAnswer,
    hasLimits: true,
    codes: PREDICT_CODES,
  },
  currentKey: {
    id: 'getKey',
    method: 'GET',
    paths: PATHS.currentKey,
    summary: 'Describe the API key of the request',
    description: `What the key is, its limits, and the deployments that it reaches. ${NOT_CHARGED}`,
    answer: KeyAnswer,
    codes: [],
  },
  revokeKey: {
    id: 'revokeKey',
    method: 'POST',
    paths: PATHS.revokeKey,
    summary: 'Revoke the API key of the request',
    description:
      'Ends the key for good, for anyone who finds a leaked one. It needs no body. It works with every key that exists: also when the key has expired, was revoked, is used from another network or has used up its limits. A repeat is answered alike; only an unknown key is refused. Other keys stay as they are.',
    revokesKey: true,
    answer: RevokedKeyAnswer,
    codes: [],
  },
  deployment: {
    id: 'getDeployment',
    method: 'GET',
    paths: PATHS.deployment,
    summary: 'Describe a deployment that the key reaches',
    description: `The deployment with its model, and the x value of each point. ${NOT_CHARGED}`,
    answer: DeploymentAnswer,
    codes: [codes.API_KEY_NOT_AUTHORIZED],
  },
  openapi: {
    id: 'getOpenApi',
    method: 'GET',
    paths: PATHS.openapi,
    summary: 'This document',
    description: 'The OpenAPI document of this API. Needs no key.',
    isPublic: true,
    codes: [],
  },
} as const satisfies Record<string, Operation>;
