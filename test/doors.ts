import type { SpectrumInput } from '../src/generated/graphql.ts';
import { type Credential, headersOf, type Service } from './harness.ts';

/** A call of `predict`, as every door takes it. */
export interface PredictCall {
  deploymentId: string;
  spectra: SpectrumInput[];
  xValues?: number[];
  idempotencyKey?: string;
}

/** The answer to a call, in the same form for every door. */
export interface DoorAnswer {
  status: number;
  headers: Headers;
  text: string;
  /** The code and the message of the error. */
  code: string | undefined;
  message: string | undefined;
  predictions:
    | {
        sampleName: string;
        value: number | string;
        verdict: string | undefined;
        inCalibrationRange: boolean | undefined;
      }[]
    | undefined;
  logId: string | undefined;
  xAxisChecked: boolean | undefined;
}

/** A way to call `predict` over HTTP. */
export interface Door {
  name: string;
  /** Whether the body of an anonymous call is read: only if the path has operations for anonymous callers. */
  readsAnonymousBodies: boolean;
  /** The path of a deployment's call. */
  path: (deploymentId: string) => string;
  /** The body of a call, and its headers besides that of the credential. */
  request: (call: PredictCall) => { body: string; headers: Record<string, string> };
  read: (response: Response) => Promise<DoorAnswer>;
}

const PREDICT_FULLY = `mutation ($deploymentId: ID!, $spectra: [SpectrumInput!]!, $xValues: [Float!], $idempotencyKey: String) {
  predict(deploymentId: $deploymentId, spectra: $spectra, xValues: $xValues, idempotencyKey: $idempotencyKey) {
    predictions { sampleName value category applicability { verdict } inCalibrationRange }
    logId
    xAxisChecked
  }
}`;

const JSON_TYPE = { 'content-type': 'application/json' };

export const graphql: Door = {
  name: 'GraphQL',
  readsAnonymousBodies: true,
  path: () => '/graphql',
  request: call => ({ body: JSON.stringify({ query: PREDICT_FULLY, variables: call }), headers: JSON_TYPE }),
  async read(response) {
    const text = await response.text();
    const { data, errors = [] } = JSON.parse(text);
    const answer = data?.predict;
    return {
      status: response.status,
      headers: response.headers,
      text,
      code: errors[0]?.extensions.code,
      message: errors[0]?.message,
      predictions: answer?.predictions.map(
        (prediction: {
          sampleName: string;
          value: number | null;
          category: string | null;
          applicability: { verdict: string } | null;
          inCalibrationRange: boolean | null;
        }) => ({
          sampleName: prediction.sampleName,
          value: prediction.value ?? prediction.category,
          verdict: prediction.applicability?.verdict,
          inCalibrationRange: prediction.inCalibrationRange ?? undefined,
        }),
      ),
      logId: answer?.logId,
      xAxisChecked: answer?.xAxisChecked,
    };
  },
};

export const rest: Door = {
  name: 'plain HTTP',
  readsAnonymousBodies: false,
  path: deploymentId => `/api/deployments/${deploymentId}/predict`,
  request: ({ spectra, xValues, idempotencyKey }) => ({
    body: JSON.stringify({
      spectra: spectra.map(({ sampleName, yValues }) => ({ sample_name: sampleName, y_values: yValues })),
      ...(xValues && { x_values: xValues }),
    }),
    headers: {
      ...JSON_TYPE,
      ...(idempotencyKey !== undefined && { 'idempotency-key': `"${idempotencyKey}"` }),
    },
  }),
  async read(response) {
    const text = await response.text();
    const body = JSON.parse(text);
    return {
      status: response.status,
      headers: response.headers,
      text,
      code: body.code,
      message: body.detail,
      predictions: body.predictions?.map(
        (prediction: {
          sample_name: string;
          value: number | string;
          applicability?: { verdict: string };
          in_calibration_range?: boolean;
        }) => ({
          sampleName: prediction.sample_name,
          value: prediction.value,
          verdict: prediction.applicability?.verdict,
          inCalibrationRange: prediction.in_calibration_range,
        }),
      ),
      logId: body.log_id,
      xAxisChecked: body.x_axis_checked,
    };
  },
};

/** Every door to `predict`. */
export const DOORS = [graphql, rest];

/** Calls `predict` through a door. */
export async function callThrough(
  door: Door,
  { url }: Pick<Service, 'url'>,
  call: PredictCall,
  as?: Credential,
): Promise<DoorAnswer> {
  const { body, headers } = door.request(call);
  return await door.read(
    await fetch(url + door.path(call.deploymentId), {
      method: 'POST',
      headers: { ...headers, ...headersOf(as) },
      body,
    }),
  );
}
