import Type, { type Static } from 'typebox';
import { CATALOGUE } from '../../errors.ts';
import { MAX_SPECTRA } from '../../onnx/outcome.ts';
import { MAX_SAMPLE_NAME_LENGTH } from '../../spectra/limits.ts';

// The JSON of the plain HTTP API. One source for the validation of bodies, the types of handlers and the OpenAPI
// document, in which a schema with a title is a component.

/** A list of numbers: an array or, in a large body, a `NumberList`. */
const Numbers = (description: string) =>
  Type.Unsafe<ArrayLike<number>>({ description, type: 'array', items: { type: 'number' } });
const NumbersOrNull = (description: string) =>
  Type.Unsafe<ArrayLike<number> | null>({ description, type: ['array', 'null'], items: { type: 'number' } });

const nullable = <Schema extends Type.TSchema>(schema: Schema, description: string) =>
  Type.Union([schema, Type.Null()], { description });
/** @param example a value for the reference of the API and for generated clients */
export const text = (description: string, example: string) =>
  Type.String({ description, examples: [example] });
const number = (description: string, example: number) => Type.Number({ description, examples: [example] });
const count = (description: string, example: number) =>
  Type.Integer({ description, examples: [example], minimum: 0 });
const id = (description: string) => Type.String({ description, format: 'uuid' });
const time = (description: string) => Type.String({ description, format: 'date-time' });
export const oneOf = <Values extends string[]>(values: [...Values], description: string) =>
  Type.Enum(values, { description });

export const object = <Properties extends Type.TProperties>(
  properties: Properties,
  options: { title: string; description: string },
) => Type.Object(properties, { ...options, additionalProperties: false });

const SpectrumToPredict = object(
  {
    sample_name: Type.String({
      description: 'The name of the sample, which is returned with its prediction.',
      examples: ['sample-1'],
      minLength: 1,
      maxLength: MAX_SAMPLE_NAME_LENGTH,
    }),
    y_values: Numbers('As many values as the input length of the model, in the order of its x axis.'),
  },
  { title: 'Spectrum', description: 'A spectrum.' },
);

export const PredictRequest = object(
  {
    spectra: Type.Array(SpectrumToPredict, {
      description: `1 to ${MAX_SPECTRA} spectra. Each counts as one prediction.`,
      minItems: 1,
      maxItems: MAX_SPECTRA,
    }),
    x_values: Type.Optional(
      NumbersOrNull(
        'The x value of each point, the same for all spectra, to be compared with the x axis of the model: equal within a tenth of its smallest step. Otherwise the call fails with 400. Without them, the axis is not checked.',
      ),
    ),
  },
  { title: 'PredictRequest', description: 'A call of `predict`.' },
);
export type PredictRequest = Static<typeof PredictRequest>;

const Applicability = object(
  {
    verdict: oneOf(['INSIDE', 'OUTSIDE'], 'Whether all statistics are within their limits.'),
    t2: nullable(
      number("Hotelling's T².", 1.2),
      "Hotelling's T²; null if the model has none, or if it is not finite.",
    ),
    t2_limit: nullable(number('The limit of T².', 9.8), 'The limit of T²; null if the model has no T².'),
    q: nullable(
      number('The Q residual.', 0.1),
      'The Q residual; null if the model has none, or if it is not finite.',
    ),
    q_limit: nullable(number('The limit of Q.', 0.5), 'The limit of Q; null if the model has no Q.'),
  },
  { title: 'Applicability', description: 'Whether the model is applicable to a spectrum.' },
);

/** The properties of a prediction, for answers that add some. */
export const predictionProperties = {
  sample_name: text('The name of the sample, as sent.', 'sample-1'),
  value: Type.Union([Type.Number(), Type.String()], {
    description: 'The predicted number or, for classification, the category.',
    examples: [87.94],
  }),
  applicability: Type.Optional(Applicability),
  in_calibration_range: Type.Optional(
    Type.Boolean({
      description: 'Whether the value is within the reference values of the calibration; absent if unknown.',
    }),
  ),
};
const Prediction = object(predictionProperties, {
  title: 'Prediction',
  description: 'The prediction for a spectrum.',
});
export type Prediction = Static<typeof Prediction>;

const modelProperties = {
  id: id("The model's id."),
  name: text("The model's name; its versions share it.", 'Octane by NIR'),
  version: count('The version, 1, 2, 3, …', 1),
  target_property: text('The property that it predicts.', 'octane number'),
  unit: nullable(text('The unit of its values.', 'mg/L'), 'The unit of its values; null if it has none.'),
};
const AnsweringModel = object(modelProperties, {
  title: 'AnsweringModel',
  description: 'The model that made the predictions.',
});

/** The properties of the answer of `predict`, for answers that add some. */
export const answerProperties = {
  model: AnsweringModel,
  x_axis_checked: Type.Boolean({ description: 'Whether `x_values` were sent, and are those of the model.' }),
  log_id: id('The id of the prediction log.'),
};
export const PredictAnswer = object(
  {
    predictions: Type.Array(Prediction, { description: 'The predictions, in the order of the spectra.' }),
    ...answerProperties,
  },
  { title: 'PredictAnswer', description: 'The predictions of a call.' },
);
export type PredictAnswer = Static<typeof PredictAnswer>;

const axisProperties = {
  quantity: oneOf(
    ['WAVELENGTH', 'WAVENUMBER', 'RAMAN_SHIFT', 'OTHER'],
    'What the x values of a spectrum measure.',
  ),
  unit: text('The unit of the x values.', 'nm'),
  first: number('The x value of the first point.', 900),
  last: number('The x value of the last point; lower than `first` if the axis descends.', 1700),
};
const XAxis = object(axisProperties, { title: 'XAxis', description: 'The x axis of a model.' });
const XAxisWithValues = object(
  {
    ...axisProperties,
    values: Type.Array(Type.Number(), {
      description: 'The x value of each point, in the order of the model.',
      examples: [[900, 902, 904]],
    }),
  },
  { title: 'XAxisWithValues', description: 'The x axis of a model, with its values.' },
);

const MonthlyUsage = object(
  {
    month: text('The month (UTC), as `YYYY-MM`.', '2030-01'),
    predictions: count('The predictions of the deployment, or of the key, in the month.', 1250),
    limit: nullable(
      count('The limit for a month.', 100_000),
      "The limit for a month: the plan's for a deployment, or the key's own; null: unlimited.",
    ),
  },
  { title: 'MonthlyUsage', description: 'What was used of a month.' },
);

const deploymentProperties = {
  id: id("The deployment's id."),
  name: text("The deployment's name.", 'Octane, production line'),
  description: nullable(
    text('A description.', 'PLS regression on 50 gasoline spectra.'),
    'A description; null if there is none.',
  ),
  active: Type.Boolean({ description: 'Whether it answers calls. If not, they fail with 409.' }),
  input_length: count('The number of points that a spectrum must have.', 401),
  usage: MonthlyUsage,
};
const modelWithKind = {
  ...modelProperties,
  kind: oneOf(['REGRESSION', 'CLASSIFICATION'], 'Whether it predicts a number or a category.'),
};
const withoutAxis = 'The x axis; null if the model has none, and then cannot check `x_values`.';
const ReachedModel = object(
  { ...modelWithKind, x_axis: nullable(XAxis, withoutAxis) },
  { title: 'Model', description: 'A model.' },
);
const ModelWithAxis = object(
  { ...modelWithKind, x_axis: nullable(XAxisWithValues, withoutAxis) },
  { title: 'ModelWithAxis', description: 'A model, with the values of its x axis.' },
);
const ReachedDeployment = object(
  { ...deploymentProperties, model: ReachedModel },
  { title: 'Deployment', description: 'A deployment that the key reaches.' },
);
export const DeploymentAnswer = object(
  { ...deploymentProperties, model: ModelWithAxis },
  { title: 'DeploymentWithAxis', description: 'A deployment, with the x values of its model.' },
);
export type DeploymentAnswer = Static<typeof DeploymentAnswer>;

export const KeyAnswer = object(
  {
    id: id("The key's id. It is not a secret."),
    name: text("The key's name.", 'Process analyser, line 2'),
    prefix: text('The first 12 characters of the raw key.', 'sk_8Jq2mVx0a'),
    scopes: Type.Array(oneOf(['PREDICT'], 'A scope.'), { description: 'What the key allows.' }),
    expires_at: nullable(time('When the key expires.'), 'When the key expires; null: never.'),
    root_id: id(
      'The id of the first key of the rotations that led to this one; its own id if it was not made by a rotation. A call with an idempotency key can be repeated with any key of the same root.',
    ),
    allowed_networks: nullable(
      Type.Array(text('A CIDR block.', '203.0.113.0/24')),
      'The networks from which the key may be used, as CIDR blocks; null: from anywhere.',
    ),
    monthly_predictions: nullable(
      count("The key's own limit for a month (UTC).", 5000),
      'How many predictions the key may make in a month (UTC); null: no limit of its own.',
    ),
    usage: nullable(
      MonthlyUsage,
      'What the key has used of `monthly_predictions` this month; null: no limit of its own.',
    ),
    calls_per_minute: nullable(
      count("The key's own limit for a minute.", 60),
      'How many calls a minute the key may make to each server; null: no limit of its own.',
    ),
    organization: object(
      { slug: text('The short name of the organization, for the long paths.', 'refinery-lab') },
      { title: 'Organization', description: 'The organization that the key belongs to.' },
    ),
    project: object(
      { id: id("The project's id."), name: text("The project's name.", 'Near infrared') },
      { title: 'Project', description: 'The project that the key belongs to.' },
    ),
    deployments: Type.Array(ReachedDeployment, {
      description: 'The deployments that the key reaches, newest first.',
    }),
  },
  { title: 'Key', description: 'The API key of the request.' },
);
export type KeyAnswer = Static<typeof KeyAnswer>;

export const RevokedKeyAnswer = object(
  {
    id: id("The key's id. It is not a secret."),
    name: text("The key's name.", 'Process analyser, line 2'),
    prefix: text('The first 12 characters of the raw key.', 'sk_8Jq2mVx0a'),
    status: oneOf(['REVOKED'], 'The key is revoked.'),
    revoked_at: time('When the key was revoked: now, or earlier if it already was.'),
  },
  { title: 'RevokedKey', description: 'The API key of the request, which is revoked.' },
);
export type RevokedKeyAnswer = Static<typeof RevokedKeyAnswer>;

export const Problem = object(
  {
    type: Type.String({
      description: 'A reference to the explanation of the code.',
      examples: ['/api#API_KEY_REVOKED'],
      format: 'uri-reference',
    }),
    title: text(
      'What happened, in one sentence. The same for all errors with this code.',
      'This API key has been revoked.',
    ),
    status: Type.Integer({ description: 'The HTTP status.', minimum: 400, maximum: 599 }),
    code: oneOf(Object.keys(CATALOGUE), 'The code of the error, for programs.'),
    detail: text('What happened and what to do, for people.', CATALOGUE.API_KEY_REVOKED.message),
    request_id: text('The id of the request, as in the server log.', '01a20881-bb48-761f-bcab-7ec1b0fb9cf1'),
    retry_after: Type.Optional(
      Type.Integer({
        description: 'Seconds after which the call may succeed, as in the header Retry-After.',
      }),
    ),
  },
  { title: 'Problem', description: 'An error (RFC 9457).' },
);
export type Problem = Static<typeof Problem>;
