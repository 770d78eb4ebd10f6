import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  schema: 'schema.graphql',
  generates: {
    'src/generated/graphql.ts': {
      plugins: ['typescript', 'typescript-resolvers'],
      config: {
        contextType: '../graphql/context.ts#Context',
        enumsAsTypes: true,
        importExtension: '.ts',
        useTypeImports: true,
        maybeValue: 'T | null',
        inputMaybeValue: 'T | null | undefined',
        strictScalars: true,
        scalars: {
          ID: 'string',
          DateTime: 'Date',
          EmailAddress: 'string',
          Base64: { input: '../requests/upload.ts#Upload', output: 'string' },
          SafeInt: 'number',
        },
        mappers: {
          User: '../accounts/people.ts#PersonRow',
          Organization: '../accounts/organizations.ts#OrganizationRow',
          Invitation: '../accounts/invitations.ts#InvitationRow',
          Project: '../projects/projects.ts#ProjectRow',
          Model: '../deployments/models.ts#ModelRow',
          XAxis: '../deployments/model-facts.ts#XAxisRow',
          Calibration: '../deployments/model-facts.ts#CalibrationRow',
          Deployment: '../deployments/deployments.ts#SeenDeployment',
          CurrentApiKey: '../auth/caller.ts#AuthenticatedKey',
          ApiKey: '../api-keys/queries.ts#HeldKey',
          PredictPayload: '../predictions/predict.ts#PredictResult',
          PredictionLog: '../predictions/logs.ts#PredictionLogRow',
          Activity: '../activity/queries.ts#ActivityRow',
          Webhook: '../webhooks/queries.ts#WebhookRow',
          WebhookDelivery: '../webhooks/queries.ts#DeliveryRow',
        },
      },
    },
    'src/dashboard/generated/': {
      documents: ['src/dashboard/**/*.tsx', 'src/dashboard/**/*.ts', '!src/dashboard/generated/**'],
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        enumsAsTypes: true,
        useTypeImports: true,
        strictScalars: true,
        scalars: {
          DateTime: 'string',
          EmailAddress: 'string',
          Base64: 'string',
          SafeInt: 'number',
        },
      },
    },
  },
};

export default config;
