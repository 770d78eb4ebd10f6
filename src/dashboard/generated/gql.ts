/* eslint-disable */
import * as types from './graphql';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "\n  mutation ChangePassword($input: ChangePasswordInput!) {\n    changePassword(input: $input)\n  }\n": typeof types.ChangePasswordDocument,
    "\n  query OrganizationOwners {\n    viewer {\n      id\n      organizations {\n        id\n        slug\n        name\n        role\n        members {\n          person {\n            id\n          }\n          role\n        }\n      }\n    }\n  }\n": typeof types.OrganizationOwnersDocument,
    "\n  mutation DeleteAccount($password: String!) {\n    deleteAccount(password: $password)\n  }\n": typeof types.DeleteAccountDocument,
    "\n  query OwnSessions {\n    viewer {\n      id\n      sessions {\n        id\n        createdAt\n        lastSeenAt\n        network\n        browser\n        current\n      }\n    }\n  }\n": typeof types.OwnSessionsDocument,
    "\n  mutation EndSession($id: ID!) {\n    endSession(id: $id)\n  }\n": typeof types.EndSessionDocument,
    "\n  mutation EndOtherSessions {\n    endOtherSessions\n  }\n": typeof types.EndOtherSessionsDocument,
    "\n  fragment ActivityFields on Activity {\n    id\n    createdAt\n    action\n    actorKind\n    actor {\n      id\n      name\n    }\n    network\n    project {\n      id\n      name\n    }\n    subjectId\n    subject\n    changes {\n      field\n      from\n      to\n    }\n    details {\n      name\n      value\n    }\n  }\n  fragment ActivityRows on ActivityConnection {\n    nodes {\n      ...ActivityFields\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n": typeof types.ActivityFieldsFragmentDoc,
    "\n  query OrganizationActivity($id: ID!, $first: Int!, $after: String, $filter: ActivityFilter) {\n    organization(id: $id) {\n      id\n      activity(first: $first, after: $after, filter: $filter) {\n        ...ActivityRows\n      }\n    }\n  }\n": typeof types.OrganizationActivityDocument,
    "\n  query PeopleOfOrganization($id: ID!) {\n    organization(id: $id) {\n      id\n      members {\n        person {\n          id\n          name\n        }\n      }\n    }\n  }\n": typeof types.PeopleOfOrganizationDocument,
    "\n  query ProjectActivity($id: ID!, $first: Int!, $after: String, $filter: ActivityFilter) {\n    project(id: $id) {\n      id\n      activity(first: $first, after: $after, filter: $filter) {\n        ...ActivityRows\n      }\n    }\n  }\n": typeof types.ProjectActivityDocument,
    "\n  query PeopleOfProject($id: ID!) {\n    project(id: $id) {\n      id\n      members {\n        person {\n          id\n          name\n        }\n      }\n    }\n  }\n": typeof types.PeopleOfProjectDocument,
    "\n  query ApiKeys(\n    $projectId: ID!\n    $of: ApiKeyTarget!\n    $first: Int!\n    $orderBy: ApiKeyOrder!\n    $search: String\n    $status: [ApiKeyStatus!]\n  ) {\n    project(id: $projectId) {\n      id\n      ...ViewerCan\n      apiKeyAllowance {\n        used\n        limit\n        retiring\n      }\n      organization {\n        id\n        slug\n        name\n        plan {\n          name\n          allowApiPredict\n        }\n        apiKeyPolicy {\n          maxLifetimeDays\n          expiryRequired\n          projectKeysAllowed\n        }\n      }\n    }\n    apiKeys(of: $of, first: $first, orderBy: $orderBy, search: $search, status: $status) {\n      totalCount\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      nodes {\n        ...ApiKeyRow\n      }\n    }\n    active: apiKeys(of: $of, first: 1, orderBy: $orderBy, status: [ACTIVE]) {\n      totalCount\n    }\n    expired: apiKeys(of: $of, first: 1, orderBy: $orderBy, status: [EXPIRED]) {\n      totalCount\n    }\n    revoked: apiKeys(of: $of, first: 1, orderBy: $orderBy, status: [REVOKED]) {\n      totalCount\n    }\n  }\n": typeof types.ApiKeysDocument,
    "\n  mutation UpdateApiKey($input: UpdateApiKeyInput!) {\n    updateApiKey(input: $input) {\n      id\n      name\n      note\n      expiresAt\n      allowedNetworks\n      monthlyPredictions\n      callsPerMinute\n    }\n  }\n": typeof types.UpdateApiKeyDocument,
    "\n  query ClientAddress {\n    clientAddress {\n      address\n      hasUnknownProxy\n    }\n  }\n": typeof types.ClientAddressDocument,
    "\n  mutation RevokeApiKey($id: ID!) {\n    revokeApiKey(id: $id) {\n      id\n    }\n  }\n": typeof types.RevokeApiKeyDocument,
    "\n  mutation CreateApiKey($input: CreateApiKeyInput!) {\n    createApiKey(input: $input) {\n      rawKey\n      apiKey {\n        id\n        name\n        prefix\n      }\n    }\n  }\n": typeof types.CreateApiKeyDocument,
    "\n  query ExistingApiKey($id: ID!) {\n    apiKey(id: $id) {\n      id\n      name\n      prefix\n      createdAt\n      expiresAt\n      predecessor {\n        id\n        prefix\n        status\n      }\n    }\n  }\n": typeof types.ExistingApiKeyDocument,
    "\n  query KeyCallers($id: ID!) {\n    apiKey(id: $id) {\n      id\n      ...CallersOfKey\n    }\n  }\n": typeof types.KeyCallersDocument,
    "\n  query ApiKeyCalls($id: ID!, $first: Int!, $after: String) {\n    apiKey(id: $id) {\n      id\n      predictionLogs(first: $first, after: $after) {\n        ...CallsOfDeployments\n      }\n    }\n  }\n": typeof types.ApiKeyCallsDocument,
    "\n  query ApiKeyPage($id: ID!) {\n    apiKey(id: $id) {\n      ...ApiKeyRow\n      project {\n        id\n        name\n        ...ViewerCan\n        organization {\n          id\n          apiKeyPolicy {\n            maxLifetimeDays\n            expiryRequired\n          }\n        }\n      }\n      note\n      allowedNetworks\n      monthlyPredictions\n      callsPerMinute\n      rehearsedAt\n      dailyPredictions(days: 30) {\n        date\n        predictions\n        isMinimum\n        calls\n      }\n    }\n  }\n": typeof types.ApiKeyPageDocument,
    "\n  query KeyRefusals($id: ID!) {\n    apiKey(id: $id) {\n      id\n      rehearsedAt\n      refusals(days: 30) {\n        code\n        isRehearsal\n        count\n        lastAt\n        lastNetwork\n        networks {\n          network\n          count\n          lastAt\n        }\n      }\n    }\n  }\n": typeof types.KeyRefusalsDocument,
    "\n  query MoreApiKeys(\n    $of: ApiKeyTarget!\n    $first: Int!\n    $after: String\n    $orderBy: ApiKeyOrder!\n    $search: String\n    $status: [ApiKeyStatus!]\n  ) {\n    apiKeys(of: $of, first: $first, after: $after, orderBy: $orderBy, search: $search, status: $status) {\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      nodes {\n        ...ApiKeyRow\n      }\n    }\n  }\n": typeof types.MoreApiKeysDocument,
    "\n  mutation RehearseApiKeyRevocation($id: ID!, $minutes: Int!) {\n    rehearseApiKeyRevocation(id: $id, minutes: $minutes) {\n      id\n      rehearsalUntil\n    }\n  }\n": typeof types.RehearseApiKeyRevocationDocument,
    "\n  mutation EndApiKeyRehearsal($id: ID!) {\n    endApiKeyRehearsal(id: $id) {\n      id\n      rehearsalUntil\n    }\n  }\n": typeof types.EndApiKeyRehearsalDocument,
    "\n  mutation RotateApiKey($input: RotateApiKeyInput!) {\n    rotateApiKey(input: $input) {\n      rawKey\n      apiKey {\n        id\n        name\n        prefix\n      }\n    }\n  }\n": typeof types.RotateApiKeyDocument,
    "\n  fragment ApiKeyRow on ApiKey {\n    id\n    name\n    prefix\n    status\n    project {\n      id\n    }\n    deployment {\n      id\n      name\n    }\n    createdAt\n    createdBy {\n      id\n      name\n    }\n    expiresAt\n    lastUsedAt\n    rehearsalUntil\n    brokenPolicyRules\n    predecessor {\n      id\n      prefix\n      status\n    }\n    successor {\n      id\n      prefix\n      status\n    }\n    successorUsedAt\n    revokedAt\n    revocationSource\n    revokedBy {\n      id\n      name\n    }\n  }\n": typeof types.ApiKeyRowFragmentDoc,
    "\n  fragment CallersOfKey on ApiKey {\n    recentUse {\n      calls\n      networks {\n        network\n        calls\n        lastAt\n      }\n      medianIntervalSeconds\n      nextDueAt\n    }\n    callers {\n      since\n      networks {\n        network\n        calls\n        lastAt\n      }\n    }\n  }\n": typeof types.CallersOfKeyFragmentDoc,
    "\n  query KeyUse($id: ID!) {\n    apiKey(id: $id) {\n      id\n      lastUsedAt\n      ...CallersOfKey\n      predictionLogs(first: 3) {\n        nodes {\n          id\n          createdAt\n        }\n      }\n      dailyPredictions(days: 30) {\n        date\n        predictions\n        isMinimum\n      }\n    }\n  }\n": typeof types.KeyUseDocument,
    "\n  mutation DeleteApiKey($id: ID!) {\n    deleteApiKey(id: $id) {\n      deletedApiKeyId\n    }\n  }\n": typeof types.DeleteApiKeyDocument,
    "\n  mutation SignOut {\n    signOut\n  }\n": typeof types.SignOutDocument,
    "\n  query Viewer {\n    viewer {\n      id\n      email\n      name\n      organizations {\n        id\n        slug\n        name\n        role\n        viewerCan {\n          createProjects\n          manageMembers\n          manageOwners\n          manageOrganization\n        }\n        plan {\n          name\n          allowApiPredict\n          maxApiKeys\n          monthlyPredictions\n        }\n        apiKeyPolicy {\n          maxLifetimeDays\n          expiryRequired\n          projectKeysAllowed\n        }\n        keyMails\n        projects {\n          id\n          name\n          role\n        }\n      }\n    }\n  }\n": typeof types.ViewerDocument,
    "\n  fragment ViewerCan on Project {\n    viewerCan {\n      predict\n      manageModels\n      manageDeployments\n      manageApiKeys\n      manageMembers\n      manageProject\n    }\n  }\n": typeof types.ViewerCanFragmentDoc,
    "\n  query Session {\n    viewer {\n      id\n    }\n  }\n": typeof types.SessionDocument,
    "\n  query DeploymentPage($id: ID!) {\n    deployment(id: $id) {\n      id\n      name\n      description\n      active\n      quarantinedUntil\n      createdAt\n      project {\n        id\n        name\n        ...ViewerCan\n        organization {\n          id\n          slug\n          name\n          plan {\n            name\n            allowApiPredict\n          }\n        }\n      }\n      model {\n        ...ModelFacts\n      }\n      usage {\n        month\n        predictions\n        limit\n      }\n    }\n  }\n": typeof types.DeploymentPageDocument,
    "\n  query DailyPredictions($id: ID!) {\n    deployment(id: $id) {\n      id\n      usage {\n        month\n        predictions\n        limit\n      }\n      outsideThisMonth\n      dailyPredictions(days: 30) {\n        date\n        predictions\n      }\n    }\n  }\n": typeof types.DailyPredictionsDocument,
    "\n  mutation ResetQuarantine($deploymentId: ID!) {\n    resetQuarantine(deploymentId: $deploymentId) {\n      id\n      quarantinedUntil\n    }\n  }\n": typeof types.ResetQuarantineDocument,
    "\n  query XValues($id: ID!) {\n    deployment(id: $id) {\n      id\n      model {\n        id\n        xAxis {\n          values\n        }\n      }\n    }\n  }\n": typeof types.XValuesDocument,
    "\n  fragment CallsOfDeployments on PredictionLogConnection {\n    nodes {\n      ...LogFields\n      deploymentName\n      deployment {\n        id\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n": typeof types.CallsOfDeploymentsFragmentDoc,
    "\n  query LoggedPredictions($id: ID!, $before: String!) {\n    deployment(id: $id) {\n      id\n      predictionLogs(first: 1, after: $before) {\n        nodes {\n          id\n          predictions {\n            sampleName\n            value\n            category\n            inCalibrationRange\n            applicability {\n              verdict\n              t2\n              t2Limit\n              q\n              qLimit\n            }\n          }\n        }\n      }\n    }\n  }\n": typeof types.LoggedPredictionsDocument,
    "\n  fragment LogFields on PredictionLog {\n    id\n    createdAt\n    source\n    spectra\n    outside\n    durationMs\n    xAxisChecked\n    apiKeyId\n    apiKeyName\n    apiKeyPrefix\n    network\n    apiKey {\n      id\n      project {\n        id\n      }\n    }\n  }\n": typeof types.LogFieldsFragmentDoc,
    "\n  query PredictionLogs($id: ID!, $first: Int!, $after: String, $onlyOutside: Boolean!) {\n    deployment(id: $id) {\n      id\n      predictionLogs(first: $first, after: $after, onlyOutside: $onlyOutside) {\n        nodes {\n          ...LogFields\n        }\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n      }\n    }\n  }\n": typeof types.PredictionLogsDocument,
    "\n  query ProjectLogs($id: ID!, $first: Int!, $after: String, $onlyOutside: Boolean!) {\n    project(id: $id) {\n      id\n      predictionLogs(first: $first, after: $after, onlyOutside: $onlyOutside) {\n        ...CallsOfDeployments\n      }\n    }\n  }\n": typeof types.ProjectLogsDocument,
    "\n  mutation RenameDeployment($id: ID!, $name: String!) {\n    renameDeployment(id: $id, name: $name) {\n      id\n      name\n    }\n  }\n": typeof types.RenameDeploymentDocument,
    "\n  mutation DeleteDeployment($id: ID!) {\n    deleteDeployment(id: $id) {\n      deletedDeploymentId\n    }\n  }\n": typeof types.DeleteDeploymentDocument,
    "\n  query KeysOfDeployment($id: ID!) {\n    apiKeys(of: { deploymentId: $id }, first: 100, status: [ACTIVE]) {\n      nodes {\n        id\n        name\n        deployment {\n          id\n        }\n      }\n    }\n    ended: apiKeys(of: { deploymentId: $id }, first: 100, status: [EXPIRED, REVOKED]) {\n      nodes {\n        id\n        deployment {\n          id\n        }\n      }\n    }\n  }\n": typeof types.KeysOfDeploymentDocument,
    "\n  mutation RenameModel($id: ID!, $name: String!) {\n    renameModel(id: $id, name: $name) {\n      id\n      name\n    }\n  }\n": typeof types.RenameModelDocument,
    "\n  mutation DeleteModel($id: ID!) {\n    deleteModel(id: $id) {\n      deletedModelId\n    }\n  }\n": typeof types.DeleteModelDocument,
    "\n  mutation RenameOrganization($id: ID!, $name: String!) {\n    renameOrganization(id: $id, name: $name) {\n      id\n      name\n    }\n  }\n": typeof types.RenameOrganizationDocument,
    "\n  mutation DeleteOrganization($id: ID!, $name: String!) {\n    deleteOrganization(id: $id, name: $name) {\n      deletedOrganizationId\n    }\n  }\n": typeof types.DeleteOrganizationDocument,
    "\n  mutation RenameProject($id: ID!, $name: String!) {\n    renameProject(id: $id, name: $name) {\n      id\n      name\n    }\n  }\n": typeof types.RenameProjectDocument,
    "\n  mutation DeleteProject($id: ID!) {\n    deleteProject(id: $id) {\n      deletedProjectId\n    }\n  }\n": typeof types.DeleteProjectDocument,
    "\n  query ContentOfProject($id: ID!) {\n    project(id: $id) {\n      id\n      models {\n        id\n      }\n      deployments {\n        id\n      }\n    }\n    apiKeys(of: { projectId: $id }, first: 1) {\n      totalCount\n    }\n  }\n": typeof types.ContentOfProjectDocument,
    "\n  query Models($projectId: ID!) {\n    project(id: $projectId) {\n      id\n      ...ViewerCan\n      models {\n        ...ModelFacts\n      }\n    }\n  }\n": typeof types.ModelsDocument,
    "\n  mutation RegisterModel($input: RegisterModelInput!) {\n    registerModel(input: $input) {\n      ...ModelFacts\n    }\n  }\n": typeof types.RegisterModelDocument,
    "\n  mutation SetModelXAxis($input: SetModelXAxisInput!) {\n    setModelXAxis(input: $input) {\n      ...ModelFacts\n    }\n  }\n": typeof types.SetModelXAxisDocument,
    "\n  fragment ModelFacts on Model {\n    id\n    name\n    version\n    kind\n    targetProperty\n    unit\n    inputLength\n    xAxis {\n      quantity\n      unit\n      first\n      last\n    }\n    yUnit\n    t2Limit\n    qLimit\n    calibration {\n      rmsep\n      referenceMin\n      referenceMax\n      samples\n    }\n    createdAt\n  }\n": typeof types.ModelFactsFragmentDoc,
    "\n  mutation CreateOrganization($name: String!) {\n    createOrganization(name: $name) {\n      id\n      slug\n    }\n  }\n": typeof types.CreateOrganizationDocument,
    "\n  mutation CreateProject($input: CreateProjectInput!) {\n    createProject(input: $input) {\n      id\n    }\n  }\n": typeof types.CreateProjectDocument,
    "\n  query KeysOfFormerMembers {\n    viewer {\n      id\n      organizations {\n        id\n        keysOfFormerMembers {\n          id\n          name\n          prefix\n          status\n          createdBy {\n            id\n            name\n          }\n          project {\n            id\n            name\n          }\n          deployment {\n            id\n            name\n          }\n        }\n      }\n    }\n  }\n": typeof types.KeysOfFormerMembersDocument,
    "\n  query Invitations {\n    viewer {\n      id\n      organizations {\n        id\n        invitations {\n          id\n          email\n          role\n          expiresAt\n          invitedBy {\n            id\n            name\n          }\n        }\n      }\n    }\n  }\n": typeof types.InvitationsDocument,
    "\n  mutation RevokeInvitation($id: ID!) {\n    revokeInvitation(id: $id)\n  }\n": typeof types.RevokeInvitationDocument,
    "\n  mutation InviteMember($input: InviteMemberInput!) {\n    inviteMember(input: $input) {\n      id\n      email\n      expiresAt\n      link\n    }\n  }\n": typeof types.InviteMemberDocument,
    "\n  mutation SetKeyMails($organizationId: ID!, $enabled: Boolean!) {\n    setKeyMails(organizationId: $organizationId, enabled: $enabled) {\n      id\n      keyMails\n    }\n  }\n": typeof types.SetKeyMailsDocument,
    "\n  mutation SetApiKeyPolicy($input: SetApiKeyPolicyInput!) {\n    setApiKeyPolicy(input: $input) {\n      id\n      apiKeyPolicy {\n        maxLifetimeDays\n        expiryRequired\n        projectKeysAllowed\n      }\n    }\n  }\n": typeof types.SetApiKeyPolicyDocument,
    "\n  query KeysOfMember($createdBy: ID!) {\n    viewer {\n      id\n      organizations {\n        id\n        slug\n        webhooks {\n          id\n          createdBy {\n            id\n          }\n        }\n        usableApiKeys(createdBy: $createdBy) {\n          id\n          name\n          prefix\n          status\n          project {\n            id\n            name\n          }\n          deployment {\n            id\n            name\n          }\n        }\n      }\n    }\n  }\n": typeof types.KeysOfMemberDocument,
    "\n  query OrganizationMembers {\n    viewer {\n      id\n      organizations {\n        id\n        members {\n          person {\n            id\n            name\n          }\n          email\n          role\n        }\n      }\n    }\n  }\n": typeof types.OrganizationMembersDocument,
    "\n  mutation SetOrganizationMember($input: SetOrganizationMemberInput!) {\n    setOrganizationMember(input: $input) {\n      id\n      members {\n        person {\n          id\n        }\n        role\n      }\n    }\n  }\n": typeof types.SetOrganizationMemberDocument,
    "\n  mutation LeaveOrganization($organizationId: ID!) {\n    leaveOrganization(organizationId: $organizationId)\n  }\n": typeof types.LeaveOrganizationDocument,
    "\n  query Allowances {\n    viewer {\n      id\n      organizations {\n        id\n        allowance {\n          projects {\n            used\n            limit\n          }\n          models {\n            used\n            limit\n          }\n          deployments {\n            used\n            limit\n          }\n          storageBytes {\n            used\n            limit\n          }\n        }\n      }\n    }\n  }\n": typeof types.AllowancesDocument,
    "\n  query Invitation($token: String!) {\n    viewer {\n      id\n      email\n    }\n    invitation(token: $token) {\n      ...InvitationFields\n    }\n  }\n": typeof types.InvitationDocument,
    "\n  mutation AcceptInvitation($token: String!) {\n    acceptInvitation(token: $token) {\n      id\n      slug\n    }\n  }\n": typeof types.AcceptInvitationDocument,
    "\n  mutation DeclineInvitation($token: String!) {\n    declineInvitation(token: $token)\n  }\n": typeof types.DeclineInvitationDocument,
    "\n  fragment InvitationFields on Invitation {\n    id\n    organizationName\n    email\n    role\n    expiresAt\n    invitedBy {\n      id\n      name\n    }\n  }\n": typeof types.InvitationFieldsFragmentDoc,
    "\n  mutation SignIn($email: EmailAddress!, $password: String!) {\n    signIn(email: $email, password: $password) {\n      id\n    }\n  }\n": typeof types.SignInDocument,
    "\n  query SignUpPage($token: String!, $invited: Boolean!) {\n    signUpMode\n    invitation(token: $token) @include(if: $invited) {\n      ...InvitationFields\n    }\n  }\n": typeof types.SignUpPageDocument,
    "\n  mutation SignUp($input: SignUpInput!) {\n    signUp(input: $input) {\n      id\n      organizations {\n        id\n        slug\n      }\n    }\n  }\n": typeof types.SignUpDocument,
    "\n  query PredictUsage($id: ID!) {\n    deployment(id: $id) {\n      id\n      usage {\n        month\n        predictions\n        limit\n      }\n    }\n  }\n": typeof types.PredictUsageDocument,
    "\n  query PredictModel($id: ID!) {\n    deployment(id: $id) {\n      id\n      model {\n        id\n        inputLength\n        xAxis {\n          quantity\n          unit\n          values\n        }\n        yUnit\n        calibration {\n          referenceMin\n          referenceMax\n          yMin\n          yMax\n        }\n      }\n    }\n  }\n": typeof types.PredictModelDocument,
    "\n  mutation Predict(\n    $deploymentId: ID!\n    $spectra: [SpectrumInput!]!\n    $xValues: [Float!]\n    $idempotencyKey: String!\n  ) {\n    predict(\n      deploymentId: $deploymentId\n      spectra: $spectra\n      xValues: $xValues\n      idempotencyKey: $idempotencyKey\n    ) {\n      logId\n      predictions {\n        sampleName\n        value\n        category\n        applicability {\n          verdict\n          t2\n          t2Limit\n          q\n          qLimit\n        }\n        inCalibrationRange\n      }\n    }\n  }\n": typeof types.PredictDocument,
    "\n  mutation SetDeploymentActive($id: ID!, $active: Boolean!) {\n    setDeploymentActive(id: $id, active: $active) {\n      id\n      active\n    }\n  }\n": typeof types.SetDeploymentActiveDocument,
    "\n  query KeysInUse($id: ID!) {\n    apiKeys(of: { deploymentId: $id }, first: 100, status: [ACTIVE], orderBy: LAST_USED) {\n      nodes {\n        id\n        name\n        prefix\n        lastUsedAt\n      }\n    }\n  }\n": typeof types.KeysInUseDocument,
    "\n  query Deployments($projectId: ID!) {\n    project(id: $projectId) {\n      id\n      ...ViewerCan\n      deployments {\n        id\n        name\n        active\n        createdAt\n        model {\n          id\n          name\n          version\n          targetProperty\n          unit\n        }\n      }\n      models {\n        ...ModelFacts\n      }\n    }\n  }\n": typeof types.DeploymentsDocument,
    "\n  mutation CreateDeployment($input: CreateDeploymentInput!) {\n    createDeployment(input: $input) {\n      id\n      name\n    }\n  }\n": typeof types.CreateDeploymentDocument,
    "\n  query ProjectMembers($projectId: ID!) {\n    project(id: $projectId) {\n      id\n      ...ViewerCan\n      members {\n        person {\n          id\n          name\n        }\n        email\n        role\n      }\n      organization {\n        id\n        slug\n        members {\n          person {\n            id\n            name\n          }\n          email\n          role\n        }\n      }\n    }\n  }\n": typeof types.ProjectMembersDocument,
    "\n  mutation SetProjectMember($input: SetProjectMemberInput!) {\n    setProjectMember(input: $input) {\n      id\n      members {\n        person {\n          id\n        }\n        role\n      }\n    }\n  }\n": typeof types.SetProjectMemberDocument,
    "\n  query ProjectPage($id: ID!) {\n    project(id: $id) {\n      id\n      name\n      ...ViewerCan\n      organization {\n        id\n        slug\n        name\n      }\n    }\n  }\n": typeof types.ProjectPageDocument,
    "\n  mutation CreateWebhook($input: CreateWebhookInput!) {\n    createWebhook(input: $input) {\n      secret\n      webhook {\n        id\n      }\n    }\n  }\n": typeof types.CreateWebhookDocument,
    "\n  query WebhookDeliveries($id: ID!, $first: Int!, $after: String) {\n    webhook(id: $id) {\n      id\n      deliveries(first: $first, after: $after) {\n        nodes {\n          id\n          event\n          status\n          createdAt\n          attempts\n          lastAttemptAt\n          httpStatus\n        }\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n      }\n    }\n  }\n": typeof types.WebhookDeliveriesDocument,
    "\n  mutation ResendWebhookDelivery($id: ID!) {\n    resendWebhookDelivery(id: $id) {\n      id\n      status\n    }\n  }\n": typeof types.ResendWebhookDeliveryDocument,
    "\n  mutation UpdateWebhook($input: UpdateWebhookInput!) {\n    updateWebhook(input: $input) {\n      id\n      url\n      events\n    }\n  }\n": typeof types.UpdateWebhookDocument,
    "\n  mutation RotateWebhookSecret($id: ID!) {\n    rotateWebhookSecret(id: $id) {\n      secret\n      webhook {\n        id\n        previousSecretUntil\n      }\n    }\n  }\n": typeof types.RotateWebhookSecretDocument,
    "\n  mutation DeleteWebhook($id: ID!) {\n    deleteWebhook(id: $id) {\n      deletedWebhookId\n    }\n  }\n": typeof types.DeleteWebhookDocument,
    "\n  mutation TestWebhook($id: ID!) {\n    testWebhook(id: $id) {\n      id\n    }\n  }\n": typeof types.TestWebhookDocument,
    "\n  query Webhooks {\n    viewer {\n      id\n      organizations {\n        id\n        members {\n          person {\n            id\n          }\n        }\n        webhooks {\n          id\n          url\n          events\n          createdAt\n          createdBy {\n            id\n            name\n          }\n          previousSecretUntil\n        }\n      }\n    }\n  }\n": typeof types.WebhooksDocument,
};
const documents: Documents = {
    "\n  mutation ChangePassword($input: ChangePasswordInput!) {\n    changePassword(input: $input)\n  }\n": types.ChangePasswordDocument,
    "\n  query OrganizationOwners {\n    viewer {\n      id\n      organizations {\n        id\n        slug\n        name\n        role\n        members {\n          person {\n            id\n          }\n          role\n        }\n      }\n    }\n  }\n": types.OrganizationOwnersDocument,
    "\n  mutation DeleteAccount($password: String!) {\n    deleteAccount(password: $password)\n  }\n": types.DeleteAccountDocument,
    "\n  query OwnSessions {\n    viewer {\n      id\n      sessions {\n        id\n        createdAt\n        lastSeenAt\n        network\n        browser\n        current\n      }\n    }\n  }\n": types.OwnSessionsDocument,
    "\n  mutation EndSession($id: ID!) {\n    endSession(id: $id)\n  }\n": types.EndSessionDocument,
    "\n  mutation EndOtherSessions {\n    endOtherSessions\n  }\n": types.EndOtherSessionsDocument,
    "\n  fragment ActivityFields on Activity {\n    id\n    createdAt\n    action\n    actorKind\n    actor {\n      id\n      name\n    }\n    network\n    project {\n      id\n      name\n    }\n    subjectId\n    subject\n    changes {\n      field\n      from\n      to\n    }\n    details {\n      name\n      value\n    }\n  }\n  fragment ActivityRows on ActivityConnection {\n    nodes {\n      ...ActivityFields\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n": types.ActivityFieldsFragmentDoc,
    "\n  query OrganizationActivity($id: ID!, $first: Int!, $after: String, $filter: ActivityFilter) {\n    organization(id: $id) {\n      id\n      activity(first: $first, after: $after, filter: $filter) {\n        ...ActivityRows\n      }\n    }\n  }\n": types.OrganizationActivityDocument,
    "\n  query PeopleOfOrganization($id: ID!) {\n    organization(id: $id) {\n      id\n      members {\n        person {\n          id\n          name\n        }\n      }\n    }\n  }\n": types.PeopleOfOrganizationDocument,
    "\n  query ProjectActivity($id: ID!, $first: Int!, $after: String, $filter: ActivityFilter) {\n    project(id: $id) {\n      id\n      activity(first: $first, after: $after, filter: $filter) {\n        ...ActivityRows\n      }\n    }\n  }\n": types.ProjectActivityDocument,
    "\n  query PeopleOfProject($id: ID!) {\n    project(id: $id) {\n      id\n      members {\n        person {\n          id\n          name\n        }\n      }\n    }\n  }\n": types.PeopleOfProjectDocument,
    "\n  query ApiKeys(\n    $projectId: ID!\n    $of: ApiKeyTarget!\n    $first: Int!\n    $orderBy: ApiKeyOrder!\n    $search: String\n    $status: [ApiKeyStatus!]\n  ) {\n    project(id: $projectId) {\n      id\n      ...ViewerCan\n      apiKeyAllowance {\n        used\n        limit\n        retiring\n      }\n      organization {\n        id\n        slug\n        name\n        plan {\n          name\n          allowApiPredict\n        }\n        apiKeyPolicy {\n          maxLifetimeDays\n          expiryRequired\n          projectKeysAllowed\n        }\n      }\n    }\n    apiKeys(of: $of, first: $first, orderBy: $orderBy, search: $search, status: $status) {\n      totalCount\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      nodes {\n        ...ApiKeyRow\n      }\n    }\n    active: apiKeys(of: $of, first: 1, orderBy: $orderBy, status: [ACTIVE]) {\n      totalCount\n    }\n    expired: apiKeys(of: $of, first: 1, orderBy: $orderBy, status: [EXPIRED]) {\n      totalCount\n    }\n    revoked: apiKeys(of: $of, first: 1, orderBy: $orderBy, status: [REVOKED]) {\n      totalCount\n    }\n  }\n": types.ApiKeysDocument,
    "\n  mutation UpdateApiKey($input: UpdateApiKeyInput!) {\n    updateApiKey(input: $input) {\n      id\n      name\n      note\n      expiresAt\n      allowedNetworks\n      monthlyPredictions\n      callsPerMinute\n    }\n  }\n": types.UpdateApiKeyDocument,
    "\n  query ClientAddress {\n    clientAddress {\n      address\n      hasUnknownProxy\n    }\n  }\n": types.ClientAddressDocument,
    "\n  mutation RevokeApiKey($id: ID!) {\n    revokeApiKey(id: $id) {\n      id\n    }\n  }\n": types.RevokeApiKeyDocument,
    "\n  mutation CreateApiKey($input: CreateApiKeyInput!) {\n    createApiKey(input: $input) {\n      rawKey\n      apiKey {\n        id\n        name\n        prefix\n      }\n    }\n  }\n": types.CreateApiKeyDocument,
    "\n  query ExistingApiKey($id: ID!) {\n    apiKey(id: $id) {\n      id\n      name\n      prefix\n      createdAt\n      expiresAt\n      predecessor {\n        id\n        prefix\n        status\n      }\n    }\n  }\n": types.ExistingApiKeyDocument,
    "\n  query KeyCallers($id: ID!) {\n    apiKey(id: $id) {\n      id\n      ...CallersOfKey\n    }\n  }\n": types.KeyCallersDocument,
    "\n  query ApiKeyCalls($id: ID!, $first: Int!, $after: String) {\n    apiKey(id: $id) {\n      id\n      predictionLogs(first: $first, after: $after) {\n        ...CallsOfDeployments\n      }\n    }\n  }\n": types.ApiKeyCallsDocument,
    "\n  query ApiKeyPage($id: ID!) {\n    apiKey(id: $id) {\n      ...ApiKeyRow\n      project {\n        id\n        name\n        ...ViewerCan\n        organization {\n          id\n          apiKeyPolicy {\n            maxLifetimeDays\n            expiryRequired\n          }\n        }\n      }\n      note\n      allowedNetworks\n      monthlyPredictions\n      callsPerMinute\n      rehearsedAt\n      dailyPredictions(days: 30) {\n        date\n        predictions\n        isMinimum\n        calls\n      }\n    }\n  }\n": types.ApiKeyPageDocument,
    "\n  query KeyRefusals($id: ID!) {\n    apiKey(id: $id) {\n      id\n      rehearsedAt\n      refusals(days: 30) {\n        code\n        isRehearsal\n        count\n        lastAt\n        lastNetwork\n        networks {\n          network\n          count\n          lastAt\n        }\n      }\n    }\n  }\n": types.KeyRefusalsDocument,
    "\n  query MoreApiKeys(\n    $of: ApiKeyTarget!\n    $first: Int!\n    $after: String\n    $orderBy: ApiKeyOrder!\n    $search: String\n    $status: [ApiKeyStatus!]\n  ) {\n    apiKeys(of: $of, first: $first, after: $after, orderBy: $orderBy, search: $search, status: $status) {\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      nodes {\n        ...ApiKeyRow\n      }\n    }\n  }\n": types.MoreApiKeysDocument,
    "\n  mutation RehearseApiKeyRevocation($id: ID!, $minutes: Int!) {\n    rehearseApiKeyRevocation(id: $id, minutes: $minutes) {\n      id\n      rehearsalUntil\n    }\n  }\n": types.RehearseApiKeyRevocationDocument,
    "\n  mutation EndApiKeyRehearsal($id: ID!) {\n    endApiKeyRehearsal(id: $id) {\n      id\n      rehearsalUntil\n    }\n  }\n": types.EndApiKeyRehearsalDocument,
    "\n  mutation RotateApiKey($input: RotateApiKeyInput!) {\n    rotateApiKey(input: $input) {\n      rawKey\n      apiKey {\n        id\n        name\n        prefix\n      }\n    }\n  }\n": types.RotateApiKeyDocument,
    "\n  fragment ApiKeyRow on ApiKey {\n    id\n    name\n    prefix\n    status\n    project {\n      id\n    }\n    deployment {\n      id\n      name\n    }\n    createdAt\n    createdBy {\n      id\n      name\n    }\n    expiresAt\n    lastUsedAt\n    rehearsalUntil\n    brokenPolicyRules\n    predecessor {\n      id\n      prefix\n      status\n    }\n    successor {\n      id\n      prefix\n      status\n    }\n    successorUsedAt\n    revokedAt\n    revocationSource\n    revokedBy {\n      id\n      name\n    }\n  }\n": types.ApiKeyRowFragmentDoc,
    "\n  fragment CallersOfKey on ApiKey {\n    recentUse {\n      calls\n      networks {\n        network\n        calls\n        lastAt\n      }\n      medianIntervalSeconds\n      nextDueAt\n    }\n    callers {\n      since\n      networks {\n        network\n        calls\n        lastAt\n      }\n    }\n  }\n": types.CallersOfKeyFragmentDoc,
    "\n  query KeyUse($id: ID!) {\n    apiKey(id: $id) {\n      id\n      lastUsedAt\n      ...CallersOfKey\n      predictionLogs(first: 3) {\n        nodes {\n          id\n          createdAt\n        }\n      }\n      dailyPredictions(days: 30) {\n        date\n        predictions\n        isMinimum\n      }\n    }\n  }\n": types.KeyUseDocument,
    "\n  mutation DeleteApiKey($id: ID!) {\n    deleteApiKey(id: $id) {\n      deletedApiKeyId\n    }\n  }\n": types.DeleteApiKeyDocument,
    "\n  mutation SignOut {\n    signOut\n  }\n": types.SignOutDocument,
    "\n  query Viewer {\n    viewer {\n      id\n      email\n      name\n      organizations {\n        id\n        slug\n        name\n        role\n        viewerCan {\n          createProjects\n          manageMembers\n          manageOwners\n          manageOrganization\n        }\n        plan {\n          name\n          allowApiPredict\n          maxApiKeys\n          monthlyPredictions\n        }\n        apiKeyPolicy {\n          maxLifetimeDays\n          expiryRequired\n          projectKeysAllowed\n        }\n        keyMails\n        projects {\n          id\n          name\n          role\n        }\n      }\n    }\n  }\n": types.ViewerDocument,
    "\n  fragment ViewerCan on Project {\n    viewerCan {\n      predict\n      manageModels\n      manageDeployments\n      manageApiKeys\n      manageMembers\n      manageProject\n    }\n  }\n": types.ViewerCanFragmentDoc,
    "\n  query Session {\n    viewer {\n      id\n    }\n  }\n": types.SessionDocument,
    "\n  query DeploymentPage($id: ID!) {\n    deployment(id: $id) {\n      id\n      name\n      description\n      active\n      quarantinedUntil\n      createdAt\n      project {\n        id\n        name\n        ...ViewerCan\n        organization {\n          id\n          slug\n          name\n          plan {\n            name\n            allowApiPredict\n          }\n        }\n      }\n      model {\n        ...ModelFacts\n      }\n      usage {\n        month\n        predictions\n        limit\n      }\n    }\n  }\n": types.DeploymentPageDocument,
    "\n  query DailyPredictions($id: ID!) {\n    deployment(id: $id) {\n      id\n      usage {\n        month\n        predictions\n        limit\n      }\n      outsideThisMonth\n      dailyPredictions(days: 30) {\n        date\n        predictions\n      }\n    }\n  }\n": types.DailyPredictionsDocument,
    "\n  mutation ResetQuarantine($deploymentId: ID!) {\n    resetQuarantine(deploymentId: $deploymentId) {\n      id\n      quarantinedUntil\n    }\n  }\n": types.ResetQuarantineDocument,
    "\n  query XValues($id: ID!) {\n    deployment(id: $id) {\n      id\n      model {\n        id\n        xAxis {\n          values\n        }\n      }\n    }\n  }\n": types.XValuesDocument,
    "\n  fragment CallsOfDeployments on PredictionLogConnection {\n    nodes {\n      ...LogFields\n      deploymentName\n      deployment {\n        id\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n": types.CallsOfDeploymentsFragmentDoc,
    "\n  query LoggedPredictions($id: ID!, $before: String!) {\n    deployment(id: $id) {\n      id\n      predictionLogs(first: 1, after: $before) {\n        nodes {\n          id\n          predictions {\n            sampleName\n            value\n            category\n            inCalibrationRange\n            applicability {\n              verdict\n              t2\n              t2Limit\n              q\n              qLimit\n            }\n          }\n        }\n      }\n    }\n  }\n": types.LoggedPredictionsDocument,
    "\n  fragment LogFields on PredictionLog {\n    id\n    createdAt\n    source\n    spectra\n    outside\n    durationMs\n    xAxisChecked\n    apiKeyId\n    apiKeyName\n    apiKeyPrefix\n    network\n    apiKey {\n      id\n      project {\n        id\n      }\n    }\n  }\n": types.LogFieldsFragmentDoc,
    "\n  query PredictionLogs($id: ID!, $first: Int!, $after: String, $onlyOutside: Boolean!) {\n    deployment(id: $id) {\n      id\n      predictionLogs(first: $first, after: $after, onlyOutside: $onlyOutside) {\n        nodes {\n          ...LogFields\n        }\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n      }\n    }\n  }\n": types.PredictionLogsDocument,
    "\n  query ProjectLogs($id: ID!, $first: Int!, $after: String, $onlyOutside: Boolean!) {\n    project(id: $id) {\n      id\n      predictionLogs(first: $first, after: $after, onlyOutside: $onlyOutside) {\n        ...CallsOfDeployments\n      }\n    }\n  }\n": types.ProjectLogsDocument,
    "\n  mutation RenameDeployment($id: ID!, $name: String!) {\n    renameDeployment(id: $id, name: $name) {\n      id\n      name\n    }\n  }\n": types.RenameDeploymentDocument,
    "\n  mutation DeleteDeployment($id: ID!) {\n    deleteDeployment(id: $id) {\n      deletedDeploymentId\n    }\n  }\n": types.DeleteDeploymentDocument,
    "\n  query KeysOfDeployment($id: ID!) {\n    apiKeys(of: { deploymentId: $id }, first: 100, status: [ACTIVE]) {\n      nodes {\n        id\n        name\n        deployment {\n          id\n        }\n      }\n    }\n    ended: apiKeys(of: { deploymentId: $id }, first: 100, status: [EXPIRED, REVOKED]) {\n      nodes {\n        id\n        deployment {\n          id\n        }\n      }\n    }\n  }\n": types.KeysOfDeploymentDocument,
    "\n  mutation RenameModel($id: ID!, $name: String!) {\n    renameModel(id: $id, name: $name) {\n      id\n      name\n    }\n  }\n": types.RenameModelDocument,
    "\n  mutation DeleteModel($id: ID!) {\n    deleteModel(id: $id) {\n      deletedModelId\n    }\n  }\n": types.DeleteModelDocument,
    "\n  mutation RenameOrganization($id: ID!, $name: String!) {\n    renameOrganization(id: $id, name: $name) {\n      id\n      name\n    }\n  }\n": types.RenameOrganizationDocument,
    "\n  mutation DeleteOrganization($id: ID!, $name: String!) {\n    deleteOrganization(id: $id, name: $name) {\n      deletedOrganizationId\n    }\n  }\n": types.DeleteOrganizationDocument,
    "\n  mutation RenameProject($id: ID!, $name: String!) {\n    renameProject(id: $id, name: $name) {\n      id\n      name\n    }\n  }\n": types.RenameProjectDocument,
    "\n  mutation DeleteProject($id: ID!) {\n    deleteProject(id: $id) {\n      deletedProjectId\n    }\n  }\n": types.DeleteProjectDocument,
    "\n  query ContentOfProject($id: ID!) {\n    project(id: $id) {\n      id\n      models {\n        id\n      }\n      deployments {\n        id\n      }\n    }\n    apiKeys(of: { projectId: $id }, first: 1) {\n      totalCount\n    }\n  }\n": types.ContentOfProjectDocument,
    "\n  query Models($projectId: ID!) {\n    project(id: $projectId) {\n      id\n      ...ViewerCan\n      models {\n        ...ModelFacts\n      }\n    }\n  }\n": types.ModelsDocument,
    "\n  mutation RegisterModel($input: RegisterModelInput!) {\n    registerModel(input: $input) {\n      ...ModelFacts\n    }\n  }\n": types.RegisterModelDocument,
    "\n  mutation SetModelXAxis($input: SetModelXAxisInput!) {\n    setModelXAxis(input: $input) {\n      ...ModelFacts\n    }\n  }\n": types.SetModelXAxisDocument,
    "\n  fragment ModelFacts on Model {\n    id\n    name\n    version\n    kind\n    targetProperty\n    unit\n    inputLength\n    xAxis {\n      quantity\n      unit\n      first\n      last\n    }\n    yUnit\n    t2Limit\n    qLimit\n    calibration {\n      rmsep\n      referenceMin\n      referenceMax\n      samples\n    }\n    createdAt\n  }\n": types.ModelFactsFragmentDoc,
    "\n  mutation CreateOrganization($name: String!) {\n    createOrganization(name: $name) {\n      id\n      slug\n    }\n  }\n": types.CreateOrganizationDocument,
    "\n  mutation CreateProject($input: CreateProjectInput!) {\n    createProject(input: $input) {\n      id\n    }\n  }\n": types.CreateProjectDocument,
    "\n  query KeysOfFormerMembers {\n    viewer {\n      id\n      organizations {\n        id\n        keysOfFormerMembers {\n          id\n          name\n          prefix\n          status\n          createdBy {\n            id\n            name\n          }\n          project {\n            id\n            name\n          }\n          deployment {\n            id\n            name\n          }\n        }\n      }\n    }\n  }\n": types.KeysOfFormerMembersDocument,
    "\n  query Invitations {\n    viewer {\n      id\n      organizations {\n        id\n        invitations {\n          id\n          email\n          role\n          expiresAt\n          invitedBy {\n            id\n            name\n          }\n        }\n      }\n    }\n  }\n": types.InvitationsDocument,
    "\n  mutation RevokeInvitation($id: ID!) {\n    revokeInvitation(id: $id)\n  }\n": types.RevokeInvitationDocument,
    "\n  mutation InviteMember($input: InviteMemberInput!) {\n    inviteMember(input: $input) {\n      id\n      email\n      expiresAt\n      link\n    }\n  }\n": types.InviteMemberDocument,
    "\n  mutation SetKeyMails($organizationId: ID!, $enabled: Boolean!) {\n    setKeyMails(organizationId: $organizationId, enabled: $enabled) {\n      id\n      keyMails\n    }\n  }\n": types.SetKeyMailsDocument,
    "\n  mutation SetApiKeyPolicy($input: SetApiKeyPolicyInput!) {\n    setApiKeyPolicy(input: $input) {\n      id\n      apiKeyPolicy {\n        maxLifetimeDays\n        expiryRequired\n        projectKeysAllowed\n      }\n    }\n  }\n": types.SetApiKeyPolicyDocument,
    "\n  query KeysOfMember($createdBy: ID!) {\n    viewer {\n      id\n      organizations {\n        id\n        slug\n        webhooks {\n          id\n          createdBy {\n            id\n          }\n        }\n        usableApiKeys(createdBy: $createdBy) {\n          id\n          name\n          prefix\n          status\n          project {\n            id\n            name\n          }\n          deployment {\n            id\n            name\n          }\n        }\n      }\n    }\n  }\n": types.KeysOfMemberDocument,
    "\n  query OrganizationMembers {\n    viewer {\n      id\n      organizations {\n        id\n        members {\n          person {\n            id\n            name\n          }\n          email\n          role\n        }\n      }\n    }\n  }\n": types.OrganizationMembersDocument,
    "\n  mutation SetOrganizationMember($input: SetOrganizationMemberInput!) {\n    setOrganizationMember(input: $input) {\n      id\n      members {\n        person {\n          id\n        }\n        role\n      }\n    }\n  }\n": types.SetOrganizationMemberDocument,
    "\n  mutation LeaveOrganization($organizationId: ID!) {\n    leaveOrganization(organizationId: $organizationId)\n  }\n": types.LeaveOrganizationDocument,
    "\n  query Allowances {\n    viewer {\n      id\n      organizations {\n        id\n        allowance {\n          projects {\n            used\n            limit\n          }\n          models {\n            used\n            limit\n          }\n          deployments {\n            used\n            limit\n          }\n          storageBytes {\n            used\n            limit\n          }\n        }\n      }\n    }\n  }\n": types.AllowancesDocument,
    "\n  query Invitation($token: String!) {\n    viewer {\n      id\n      email\n    }\n    invitation(token: $token) {\n      ...InvitationFields\n    }\n  }\n": types.InvitationDocument,
    "\n  mutation AcceptInvitation($token: String!) {\n    acceptInvitation(token: $token) {\n      id\n      slug\n    }\n  }\n": types.AcceptInvitationDocument,
    "\n  mutation DeclineInvitation($token: String!) {\n    declineInvitation(token: $token)\n  }\n": types.DeclineInvitationDocument,
    "\n  fragment InvitationFields on Invitation {\n    id\n    organizationName\n    email\n    role\n    expiresAt\n    invitedBy {\n      id\n      name\n    }\n  }\n": types.InvitationFieldsFragmentDoc,
    "\n  mutation SignIn($email: EmailAddress!, $password: String!) {\n    signIn(email: $email, password: $password) {\n      id\n    }\n  }\n": types.SignInDocument,
    "\n  query SignUpPage($token: String!, $invited: Boolean!) {\n    signUpMode\n    invitation(token: $token) @include(if: $invited) {\n      ...InvitationFields\n    }\n  }\n": types.SignUpPageDocument,
    "\n  mutation SignUp($input: SignUpInput!) {\n    signUp(input: $input) {\n      id\n      organizations {\n        id\n        slug\n      }\n    }\n  }\n": types.SignUpDocument,
    "\n  query PredictUsage($id: ID!) {\n    deployment(id: $id) {\n      id\n      usage {\n        month\n        predictions\n        limit\n      }\n    }\n  }\n": types.PredictUsageDocument,
    "\n  query PredictModel($id: ID!) {\n    deployment(id: $id) {\n      id\n      model {\n        id\n        inputLength\n        xAxis {\n          quantity\n          unit\n          values\n        }\n        yUnit\n        calibration {\n          referenceMin\n          referenceMax\n          yMin\n          yMax\n        }\n      }\n    }\n  }\n": types.PredictModelDocument,
    "\n  mutation Predict(\n    $deploymentId: ID!\n    $spectra: [SpectrumInput!]!\n    $xValues: [Float!]\n    $idempotencyKey: String!\n  ) {\n    predict(\n      deploymentId: $deploymentId\n      spectra: $spectra\n      xValues: $xValues\n      idempotencyKey: $idempotencyKey\n    ) {\n      logId\n      predictions {\n        sampleName\n        value\n        category\n        applicability {\n          verdict\n          t2\n          t2Limit\n          q\n          qLimit\n        }\n        inCalibrationRange\n      }\n    }\n  }\n": types.PredictDocument,
    "\n  mutation SetDeploymentActive($id: ID!, $active: Boolean!) {\n    setDeploymentActive(id: $id, active: $active) {\n      id\n      active\n    }\n  }\n": types.SetDeploymentActiveDocument,
    "\n  query KeysInUse($id: ID!) {\n    apiKeys(of: { deploymentId: $id }, first: 100, status: [ACTIVE], orderBy: LAST_USED) {\n      nodes {\n        id\n        name\n        prefix\n        lastUsedAt\n      }\n    }\n  }\n": types.KeysInUseDocument,
    "\n  query Deployments($projectId: ID!) {\n    project(id: $projectId) {\n      id\n      ...ViewerCan\n      deployments {\n        id\n        name\n        active\n        createdAt\n        model {\n          id\n          name\n          version\n          targetProperty\n          unit\n        }\n      }\n      models {\n        ...ModelFacts\n      }\n    }\n  }\n": types.DeploymentsDocument,
    "\n  mutation CreateDeployment($input: CreateDeploymentInput!) {\n    createDeployment(input: $input) {\n      id\n      name\n    }\n  }\n": types.CreateDeploymentDocument,
    "\n  query ProjectMembers($projectId: ID!) {\n    project(id: $projectId) {\n      id\n      ...ViewerCan\n      members {\n        person {\n          id\n          name\n        }\n        email\n        role\n      }\n      organization {\n        id\n        slug\n        members {\n          person {\n            id\n            name\n          }\n          email\n          role\n        }\n      }\n    }\n  }\n": types.ProjectMembersDocument,
    "\n  mutation SetProjectMember($input: SetProjectMemberInput!) {\n    setProjectMember(input: $input) {\n      id\n      members {\n        person {\n          id\n        }\n        role\n      }\n    }\n  }\n": types.SetProjectMemberDocument,
    "\n  query ProjectPage($id: ID!) {\n    project(id: $id) {\n      id\n      name\n      ...ViewerCan\n      organization {\n        id\n        slug\n        name\n      }\n    }\n  }\n": types.ProjectPageDocument,
    "\n  mutation CreateWebhook($input: CreateWebhookInput!) {\n    createWebhook(input: $input) {\n      secret\n      webhook {\n        id\n      }\n    }\n  }\n": types.CreateWebhookDocument,
    "\n  query WebhookDeliveries($id: ID!, $first: Int!, $after: String) {\n    webhook(id: $id) {\n      id\n      deliveries(first: $first, after: $after) {\n        nodes {\n          id\n          event\n          status\n          createdAt\n          attempts\n          lastAttemptAt\n          httpStatus\n        }\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n      }\n    }\n  }\n": types.WebhookDeliveriesDocument,
    "\n  mutation ResendWebhookDelivery($id: ID!) {\n    resendWebhookDelivery(id: $id) {\n      id\n      status\n    }\n  }\n": types.ResendWebhookDeliveryDocument,
    "\n  mutation UpdateWebhook($input: UpdateWebhookInput!) {\n    updateWebhook(input: $input) {\n      id\n      url\n      events\n    }\n  }\n": types.UpdateWebhookDocument,
    "\n  mutation RotateWebhookSecret($id: ID!) {\n    rotateWebhookSecret(id: $id) {\n      secret\n      webhook {\n        id\n        previousSecretUntil\n      }\n    }\n  }\n": types.RotateWebhookSecretDocument,
    "\n  mutation DeleteWebhook($id: ID!) {\n    deleteWebhook(id: $id) {\n      deletedWebhookId\n    }\n  }\n": types.DeleteWebhookDocument,
    "\n  mutation TestWebhook($id: ID!) {\n    testWebhook(id: $id) {\n      id\n    }\n  }\n": types.TestWebhookDocument,
    "\n  query Webhooks {\n    viewer {\n      id\n      organizations {\n        id\n        members {\n          person {\n            id\n          }\n        }\n        webhooks {\n          id\n          url\n          events\n          createdAt\n          createdBy {\n            id\n            name\n          }\n          previousSecretUntil\n        }\n      }\n    }\n  }\n": types.WebhooksDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ChangePassword($input: ChangePasswordInput!) {\n    changePassword(input: $input)\n  }\n"): (typeof documents)["\n  mutation ChangePassword($input: ChangePasswordInput!) {\n    changePassword(input: $input)\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query OrganizationOwners {\n    viewer {\n      id\n      organizations {\n        id\n        slug\n        name\n        role\n        members {\n          person {\n            id\n          }\n          role\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query OrganizationOwners {\n    viewer {\n      id\n      organizations {\n        id\n        slug\n        name\n        role\n        members {\n          person {\n            id\n          }\n          role\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DeleteAccount($password: String!) {\n    deleteAccount(password: $password)\n  }\n"): (typeof documents)["\n  mutation DeleteAccount($password: String!) {\n    deleteAccount(password: $password)\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query OwnSessions {\n    viewer {\n      id\n      sessions {\n        id\n        createdAt\n        lastSeenAt\n        network\n        browser\n        current\n      }\n    }\n  }\n"): (typeof documents)["\n  query OwnSessions {\n    viewer {\n      id\n      sessions {\n        id\n        createdAt\n        lastSeenAt\n        network\n        browser\n        current\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation EndSession($id: ID!) {\n    endSession(id: $id)\n  }\n"): (typeof documents)["\n  mutation EndSession($id: ID!) {\n    endSession(id: $id)\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation EndOtherSessions {\n    endOtherSessions\n  }\n"): (typeof documents)["\n  mutation EndOtherSessions {\n    endOtherSessions\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment ActivityFields on Activity {\n    id\n    createdAt\n    action\n    actorKind\n    actor {\n      id\n      name\n    }\n    network\n    project {\n      id\n      name\n    }\n    subjectId\n    subject\n    changes {\n      field\n      from\n      to\n    }\n    details {\n      name\n      value\n    }\n  }\n  fragment ActivityRows on ActivityConnection {\n    nodes {\n      ...ActivityFields\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n"): (typeof documents)["\n  fragment ActivityFields on Activity {\n    id\n    createdAt\n    action\n    actorKind\n    actor {\n      id\n      name\n    }\n    network\n    project {\n      id\n      name\n    }\n    subjectId\n    subject\n    changes {\n      field\n      from\n      to\n    }\n    details {\n      name\n      value\n    }\n  }\n  fragment ActivityRows on ActivityConnection {\n    nodes {\n      ...ActivityFields\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query OrganizationActivity($id: ID!, $first: Int!, $after: String, $filter: ActivityFilter) {\n    organization(id: $id) {\n      id\n      activity(first: $first, after: $after, filter: $filter) {\n        ...ActivityRows\n      }\n    }\n  }\n"): (typeof documents)["\n  query OrganizationActivity($id: ID!, $first: Int!, $after: String, $filter: ActivityFilter) {\n    organization(id: $id) {\n      id\n      activity(first: $first, after: $after, filter: $filter) {\n        ...ActivityRows\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query PeopleOfOrganization($id: ID!) {\n    organization(id: $id) {\n      id\n      members {\n        person {\n          id\n          name\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query PeopleOfOrganization($id: ID!) {\n    organization(id: $id) {\n      id\n      members {\n        person {\n          id\n          name\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ProjectActivity($id: ID!, $first: Int!, $after: String, $filter: ActivityFilter) {\n    project(id: $id) {\n      id\n      activity(first: $first, after: $after, filter: $filter) {\n        ...ActivityRows\n      }\n    }\n  }\n"): (typeof documents)["\n  query ProjectActivity($id: ID!, $first: Int!, $after: String, $filter: ActivityFilter) {\n    project(id: $id) {\n      id\n      activity(first: $first, after: $after, filter: $filter) {\n        ...ActivityRows\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query PeopleOfProject($id: ID!) {\n    project(id: $id) {\n      id\n      members {\n        person {\n          id\n          name\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query PeopleOfProject($id: ID!) {\n    project(id: $id) {\n      id\n      members {\n        person {\n          id\n          name\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ApiKeys(\n    $projectId: ID!\n    $of: ApiKeyTarget!\n    $first: Int!\n    $orderBy: ApiKeyOrder!\n    $search: String\n    $status: [ApiKeyStatus!]\n  ) {\n    project(id: $projectId) {\n      id\n      ...ViewerCan\n      apiKeyAllowance {\n        used\n        limit\n        retiring\n      }\n      organization {\n        id\n        slug\n        name\n        plan {\n          name\n          allowApiPredict\n        }\n        apiKeyPolicy {\n          maxLifetimeDays\n          expiryRequired\n          projectKeysAllowed\n        }\n      }\n    }\n    apiKeys(of: $of, first: $first, orderBy: $orderBy, search: $search, status: $status) {\n      totalCount\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      nodes {\n        ...ApiKeyRow\n      }\n    }\n    active: apiKeys(of: $of, first: 1, orderBy: $orderBy, status: [ACTIVE]) {\n      totalCount\n    }\n    expired: apiKeys(of: $of, first: 1, orderBy: $orderBy, status: [EXPIRED]) {\n      totalCount\n    }\n    revoked: apiKeys(of: $of, first: 1, orderBy: $orderBy, status: [REVOKED]) {\n      totalCount\n    }\n  }\n"): (typeof documents)["\n  query ApiKeys(\n    $projectId: ID!\n    $of: ApiKeyTarget!\n    $first: Int!\n    $orderBy: ApiKeyOrder!\n    $search: String\n    $status: [ApiKeyStatus!]\n  ) {\n    project(id: $projectId) {\n      id\n      ...ViewerCan\n      apiKeyAllowance {\n        used\n        limit\n        retiring\n      }\n      organization {\n        id\n        slug\n        name\n        plan {\n          name\n          allowApiPredict\n        }\n        apiKeyPolicy {\n          maxLifetimeDays\n          expiryRequired\n          projectKeysAllowed\n        }\n      }\n    }\n    apiKeys(of: $of, first: $first, orderBy: $orderBy, search: $search, status: $status) {\n      totalCount\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      nodes {\n        ...ApiKeyRow\n      }\n    }\n    active: apiKeys(of: $of, first: 1, orderBy: $orderBy, status: [ACTIVE]) {\n      totalCount\n    }\n    expired: apiKeys(of: $of, first: 1, orderBy: $orderBy, status: [EXPIRED]) {\n      totalCount\n    }\n    revoked: apiKeys(of: $of, first: 1, orderBy: $orderBy, status: [REVOKED]) {\n      totalCount\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation UpdateApiKey($input: UpdateApiKeyInput!) {\n    updateApiKey(input: $input) {\n      id\n      name\n      note\n      expiresAt\n      allowedNetworks\n      monthlyPredictions\n      callsPerMinute\n    }\n  }\n"): (typeof documents)["\n  mutation UpdateApiKey($input: UpdateApiKeyInput!) {\n    updateApiKey(input: $input) {\n      id\n      name\n      note\n      expiresAt\n      allowedNetworks\n      monthlyPredictions\n      callsPerMinute\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ClientAddress {\n    clientAddress {\n      address\n      hasUnknownProxy\n    }\n  }\n"): (typeof documents)["\n  query ClientAddress {\n    clientAddress {\n      address\n      hasUnknownProxy\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RevokeApiKey($id: ID!) {\n    revokeApiKey(id: $id) {\n      id\n    }\n  }\n"): (typeof documents)["\n  mutation RevokeApiKey($id: ID!) {\n    revokeApiKey(id: $id) {\n      id\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreateApiKey($input: CreateApiKeyInput!) {\n    createApiKey(input: $input) {\n      rawKey\n      apiKey {\n        id\n        name\n        prefix\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation CreateApiKey($input: CreateApiKeyInput!) {\n    createApiKey(input: $input) {\n      rawKey\n      apiKey {\n        id\n        name\n        prefix\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ExistingApiKey($id: ID!) {\n    apiKey(id: $id) {\n      id\n      name\n      prefix\n      createdAt\n      expiresAt\n      predecessor {\n        id\n        prefix\n        status\n      }\n    }\n  }\n"): (typeof documents)["\n  query ExistingApiKey($id: ID!) {\n    apiKey(id: $id) {\n      id\n      name\n      prefix\n      createdAt\n      expiresAt\n      predecessor {\n        id\n        prefix\n        status\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query KeyCallers($id: ID!) {\n    apiKey(id: $id) {\n      id\n      ...CallersOfKey\n    }\n  }\n"): (typeof documents)["\n  query KeyCallers($id: ID!) {\n    apiKey(id: $id) {\n      id\n      ...CallersOfKey\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ApiKeyCalls($id: ID!, $first: Int!, $after: String) {\n    apiKey(id: $id) {\n      id\n      predictionLogs(first: $first, after: $after) {\n        ...CallsOfDeployments\n      }\n    }\n  }\n"): (typeof documents)["\n  query ApiKeyCalls($id: ID!, $first: Int!, $after: String) {\n    apiKey(id: $id) {\n      id\n      predictionLogs(first: $first, after: $after) {\n        ...CallsOfDeployments\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ApiKeyPage($id: ID!) {\n    apiKey(id: $id) {\n      ...ApiKeyRow\n      project {\n        id\n        name\n        ...ViewerCan\n        organization {\n          id\n          apiKeyPolicy {\n            maxLifetimeDays\n            expiryRequired\n          }\n        }\n      }\n      note\n      allowedNetworks\n      monthlyPredictions\n      callsPerMinute\n      rehearsedAt\n      dailyPredictions(days: 30) {\n        date\n        predictions\n        isMinimum\n        calls\n      }\n    }\n  }\n"): (typeof documents)["\n  query ApiKeyPage($id: ID!) {\n    apiKey(id: $id) {\n      ...ApiKeyRow\n      project {\n        id\n        name\n        ...ViewerCan\n        organization {\n          id\n          apiKeyPolicy {\n            maxLifetimeDays\n            expiryRequired\n          }\n        }\n      }\n      note\n      allowedNetworks\n      monthlyPredictions\n      callsPerMinute\n      rehearsedAt\n      dailyPredictions(days: 30) {\n        date\n        predictions\n        isMinimum\n        calls\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query KeyRefusals($id: ID!) {\n    apiKey(id: $id) {\n      id\n      rehearsedAt\n      refusals(days: 30) {\n        code\n        isRehearsal\n        count\n        lastAt\n        lastNetwork\n        networks {\n          network\n          count\n          lastAt\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query KeyRefusals($id: ID!) {\n    apiKey(id: $id) {\n      id\n      rehearsedAt\n      refusals(days: 30) {\n        code\n        isRehearsal\n        count\n        lastAt\n        lastNetwork\n        networks {\n          network\n          count\n          lastAt\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query MoreApiKeys(\n    $of: ApiKeyTarget!\n    $first: Int!\n    $after: String\n    $orderBy: ApiKeyOrder!\n    $search: String\n    $status: [ApiKeyStatus!]\n  ) {\n    apiKeys(of: $of, first: $first, after: $after, orderBy: $orderBy, search: $search, status: $status) {\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      nodes {\n        ...ApiKeyRow\n      }\n    }\n  }\n"): (typeof documents)["\n  query MoreApiKeys(\n    $of: ApiKeyTarget!\n    $first: Int!\n    $after: String\n    $orderBy: ApiKeyOrder!\n    $search: String\n    $status: [ApiKeyStatus!]\n  ) {\n    apiKeys(of: $of, first: $first, after: $after, orderBy: $orderBy, search: $search, status: $status) {\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      nodes {\n        ...ApiKeyRow\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RehearseApiKeyRevocation($id: ID!, $minutes: Int!) {\n    rehearseApiKeyRevocation(id: $id, minutes: $minutes) {\n      id\n      rehearsalUntil\n    }\n  }\n"): (typeof documents)["\n  mutation RehearseApiKeyRevocation($id: ID!, $minutes: Int!) {\n    rehearseApiKeyRevocation(id: $id, minutes: $minutes) {\n      id\n      rehearsalUntil\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation EndApiKeyRehearsal($id: ID!) {\n    endApiKeyRehearsal(id: $id) {\n      id\n      rehearsalUntil\n    }\n  }\n"): (typeof documents)["\n  mutation EndApiKeyRehearsal($id: ID!) {\n    endApiKeyRehearsal(id: $id) {\n      id\n      rehearsalUntil\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RotateApiKey($input: RotateApiKeyInput!) {\n    rotateApiKey(input: $input) {\n      rawKey\n      apiKey {\n        id\n        name\n        prefix\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation RotateApiKey($input: RotateApiKeyInput!) {\n    rotateApiKey(input: $input) {\n      rawKey\n      apiKey {\n        id\n        name\n        prefix\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment ApiKeyRow on ApiKey {\n    id\n    name\n    prefix\n    status\n    project {\n      id\n    }\n    deployment {\n      id\n      name\n    }\n    createdAt\n    createdBy {\n      id\n      name\n    }\n    expiresAt\n    lastUsedAt\n    rehearsalUntil\n    brokenPolicyRules\n    predecessor {\n      id\n      prefix\n      status\n    }\n    successor {\n      id\n      prefix\n      status\n    }\n    successorUsedAt\n    revokedAt\n    revocationSource\n    revokedBy {\n      id\n      name\n    }\n  }\n"): (typeof documents)["\n  fragment ApiKeyRow on ApiKey {\n    id\n    name\n    prefix\n    status\n    project {\n      id\n    }\n    deployment {\n      id\n      name\n    }\n    createdAt\n    createdBy {\n      id\n      name\n    }\n    expiresAt\n    lastUsedAt\n    rehearsalUntil\n    brokenPolicyRules\n    predecessor {\n      id\n      prefix\n      status\n    }\n    successor {\n      id\n      prefix\n      status\n    }\n    successorUsedAt\n    revokedAt\n    revocationSource\n    revokedBy {\n      id\n      name\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment CallersOfKey on ApiKey {\n    recentUse {\n      calls\n      networks {\n        network\n        calls\n        lastAt\n      }\n      medianIntervalSeconds\n      nextDueAt\n    }\n    callers {\n      since\n      networks {\n        network\n        calls\n        lastAt\n      }\n    }\n  }\n"): (typeof documents)["\n  fragment CallersOfKey on ApiKey {\n    recentUse {\n      calls\n      networks {\n        network\n        calls\n        lastAt\n      }\n      medianIntervalSeconds\n      nextDueAt\n    }\n    callers {\n      since\n      networks {\n        network\n        calls\n        lastAt\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query KeyUse($id: ID!) {\n    apiKey(id: $id) {\n      id\n      lastUsedAt\n      ...CallersOfKey\n      predictionLogs(first: 3) {\n        nodes {\n          id\n          createdAt\n        }\n      }\n      dailyPredictions(days: 30) {\n        date\n        predictions\n        isMinimum\n      }\n    }\n  }\n"): (typeof documents)["\n  query KeyUse($id: ID!) {\n    apiKey(id: $id) {\n      id\n      lastUsedAt\n      ...CallersOfKey\n      predictionLogs(first: 3) {\n        nodes {\n          id\n          createdAt\n        }\n      }\n      dailyPredictions(days: 30) {\n        date\n        predictions\n        isMinimum\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DeleteApiKey($id: ID!) {\n    deleteApiKey(id: $id) {\n      deletedApiKeyId\n    }\n  }\n"): (typeof documents)["\n  mutation DeleteApiKey($id: ID!) {\n    deleteApiKey(id: $id) {\n      deletedApiKeyId\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SignOut {\n    signOut\n  }\n"): (typeof documents)["\n  mutation SignOut {\n    signOut\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Viewer {\n    viewer {\n      id\n      email\n      name\n      organizations {\n        id\n        slug\n        name\n        role\n        viewerCan {\n          createProjects\n          manageMembers\n          manageOwners\n          manageOrganization\n        }\n        plan {\n          name\n          allowApiPredict\n          maxApiKeys\n          monthlyPredictions\n        }\n        apiKeyPolicy {\n          maxLifetimeDays\n          expiryRequired\n          projectKeysAllowed\n        }\n        keyMails\n        projects {\n          id\n          name\n          role\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query Viewer {\n    viewer {\n      id\n      email\n      name\n      organizations {\n        id\n        slug\n        name\n        role\n        viewerCan {\n          createProjects\n          manageMembers\n          manageOwners\n          manageOrganization\n        }\n        plan {\n          name\n          allowApiPredict\n          maxApiKeys\n          monthlyPredictions\n        }\n        apiKeyPolicy {\n          maxLifetimeDays\n          expiryRequired\n          projectKeysAllowed\n        }\n        keyMails\n        projects {\n          id\n          name\n          role\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment ViewerCan on Project {\n    viewerCan {\n      predict\n      manageModels\n      manageDeployments\n      manageApiKeys\n      manageMembers\n      manageProject\n    }\n  }\n"): (typeof documents)["\n  fragment ViewerCan on Project {\n    viewerCan {\n      predict\n      manageModels\n      manageDeployments\n      manageApiKeys\n      manageMembers\n      manageProject\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Session {\n    viewer {\n      id\n    }\n  }\n"): (typeof documents)["\n  query Session {\n    viewer {\n      id\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query DeploymentPage($id: ID!) {\n    deployment(id: $id) {\n      id\n      name\n      description\n      active\n      quarantinedUntil\n      createdAt\n      project {\n        id\n        name\n        ...ViewerCan\n        organization {\n          id\n          slug\n          name\n          plan {\n            name\n            allowApiPredict\n          }\n        }\n      }\n      model {\n        ...ModelFacts\n      }\n      usage {\n        month\n        predictions\n        limit\n      }\n    }\n  }\n"): (typeof documents)["\n  query DeploymentPage($id: ID!) {\n    deployment(id: $id) {\n      id\n      name\n      description\n      active\n      quarantinedUntil\n      createdAt\n      project {\n        id\n        name\n        ...ViewerCan\n        organization {\n          id\n          slug\n          name\n          plan {\n            name\n            allowApiPredict\n          }\n        }\n      }\n      model {\n        ...ModelFacts\n      }\n      usage {\n        month\n        predictions\n        limit\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query DailyPredictions($id: ID!) {\n    deployment(id: $id) {\n      id\n      usage {\n        month\n        predictions\n        limit\n      }\n      outsideThisMonth\n      dailyPredictions(days: 30) {\n        date\n        predictions\n      }\n    }\n  }\n"): (typeof documents)["\n  query DailyPredictions($id: ID!) {\n    deployment(id: $id) {\n      id\n      usage {\n        month\n        predictions\n        limit\n      }\n      outsideThisMonth\n      dailyPredictions(days: 30) {\n        date\n        predictions\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ResetQuarantine($deploymentId: ID!) {\n    resetQuarantine(deploymentId: $deploymentId) {\n      id\n      quarantinedUntil\n    }\n  }\n"): (typeof documents)["\n  mutation ResetQuarantine($deploymentId: ID!) {\n    resetQuarantine(deploymentId: $deploymentId) {\n      id\n      quarantinedUntil\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query XValues($id: ID!) {\n    deployment(id: $id) {\n      id\n      model {\n        id\n        xAxis {\n          values\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query XValues($id: ID!) {\n    deployment(id: $id) {\n      id\n      model {\n        id\n        xAxis {\n          values\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment CallsOfDeployments on PredictionLogConnection {\n    nodes {\n      ...LogFields\n      deploymentName\n      deployment {\n        id\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n"): (typeof documents)["\n  fragment CallsOfDeployments on PredictionLogConnection {\n    nodes {\n      ...LogFields\n      deploymentName\n      deployment {\n        id\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query LoggedPredictions($id: ID!, $before: String!) {\n    deployment(id: $id) {\n      id\n      predictionLogs(first: 1, after: $before) {\n        nodes {\n          id\n          predictions {\n            sampleName\n            value\n            category\n            inCalibrationRange\n            applicability {\n              verdict\n              t2\n              t2Limit\n              q\n              qLimit\n            }\n          }\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query LoggedPredictions($id: ID!, $before: String!) {\n    deployment(id: $id) {\n      id\n      predictionLogs(first: 1, after: $before) {\n        nodes {\n          id\n          predictions {\n            sampleName\n            value\n            category\n            inCalibrationRange\n            applicability {\n              verdict\n              t2\n              t2Limit\n              q\n              qLimit\n            }\n          }\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment LogFields on PredictionLog {\n    id\n    createdAt\n    source\n    spectra\n    outside\n    durationMs\n    xAxisChecked\n    apiKeyId\n    apiKeyName\n    apiKeyPrefix\n    network\n    apiKey {\n      id\n      project {\n        id\n      }\n    }\n  }\n"): (typeof documents)["\n  fragment LogFields on PredictionLog {\n    id\n    createdAt\n    source\n    spectra\n    outside\n    durationMs\n    xAxisChecked\n    apiKeyId\n    apiKeyName\n    apiKeyPrefix\n    network\n    apiKey {\n      id\n      project {\n        id\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query PredictionLogs($id: ID!, $first: Int!, $after: String, $onlyOutside: Boolean!) {\n    deployment(id: $id) {\n      id\n      predictionLogs(first: $first, after: $after, onlyOutside: $onlyOutside) {\n        nodes {\n          ...LogFields\n        }\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query PredictionLogs($id: ID!, $first: Int!, $after: String, $onlyOutside: Boolean!) {\n    deployment(id: $id) {\n      id\n      predictionLogs(first: $first, after: $after, onlyOutside: $onlyOutside) {\n        nodes {\n          ...LogFields\n        }\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ProjectLogs($id: ID!, $first: Int!, $after: String, $onlyOutside: Boolean!) {\n    project(id: $id) {\n      id\n      predictionLogs(first: $first, after: $after, onlyOutside: $onlyOutside) {\n        ...CallsOfDeployments\n      }\n    }\n  }\n"): (typeof documents)["\n  query ProjectLogs($id: ID!, $first: Int!, $after: String, $onlyOutside: Boolean!) {\n    project(id: $id) {\n      id\n      predictionLogs(first: $first, after: $after, onlyOutside: $onlyOutside) {\n        ...CallsOfDeployments\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RenameDeployment($id: ID!, $name: String!) {\n    renameDeployment(id: $id, name: $name) {\n      id\n      name\n    }\n  }\n"): (typeof documents)["\n  mutation RenameDeployment($id: ID!, $name: String!) {\n    renameDeployment(id: $id, name: $name) {\n      id\n      name\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DeleteDeployment($id: ID!) {\n    deleteDeployment(id: $id) {\n      deletedDeploymentId\n    }\n  }\n"): (typeof documents)["\n  mutation DeleteDeployment($id: ID!) {\n    deleteDeployment(id: $id) {\n      deletedDeploymentId\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query KeysOfDeployment($id: ID!) {\n    apiKeys(of: { deploymentId: $id }, first: 100, status: [ACTIVE]) {\n      nodes {\n        id\n        name\n        deployment {\n          id\n        }\n      }\n    }\n    ended: apiKeys(of: { deploymentId: $id }, first: 100, status: [EXPIRED, REVOKED]) {\n      nodes {\n        id\n        deployment {\n          id\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query KeysOfDeployment($id: ID!) {\n    apiKeys(of: { deploymentId: $id }, first: 100, status: [ACTIVE]) {\n      nodes {\n        id\n        name\n        deployment {\n          id\n        }\n      }\n    }\n    ended: apiKeys(of: { deploymentId: $id }, first: 100, status: [EXPIRED, REVOKED]) {\n      nodes {\n        id\n        deployment {\n          id\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RenameModel($id: ID!, $name: String!) {\n    renameModel(id: $id, name: $name) {\n      id\n      name\n    }\n  }\n"): (typeof documents)["\n  mutation RenameModel($id: ID!, $name: String!) {\n    renameModel(id: $id, name: $name) {\n      id\n      name\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DeleteModel($id: ID!) {\n    deleteModel(id: $id) {\n      deletedModelId\n    }\n  }\n"): (typeof documents)["\n  mutation DeleteModel($id: ID!) {\n    deleteModel(id: $id) {\n      deletedModelId\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RenameOrganization($id: ID!, $name: String!) {\n    renameOrganization(id: $id, name: $name) {\n      id\n      name\n    }\n  }\n"): (typeof documents)["\n  mutation RenameOrganization($id: ID!, $name: String!) {\n    renameOrganization(id: $id, name: $name) {\n      id\n      name\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DeleteOrganization($id: ID!, $name: String!) {\n    deleteOrganization(id: $id, name: $name) {\n      deletedOrganizationId\n    }\n  }\n"): (typeof documents)["\n  mutation DeleteOrganization($id: ID!, $name: String!) {\n    deleteOrganization(id: $id, name: $name) {\n      deletedOrganizationId\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RenameProject($id: ID!, $name: String!) {\n    renameProject(id: $id, name: $name) {\n      id\n      name\n    }\n  }\n"): (typeof documents)["\n  mutation RenameProject($id: ID!, $name: String!) {\n    renameProject(id: $id, name: $name) {\n      id\n      name\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DeleteProject($id: ID!) {\n    deleteProject(id: $id) {\n      deletedProjectId\n    }\n  }\n"): (typeof documents)["\n  mutation DeleteProject($id: ID!) {\n    deleteProject(id: $id) {\n      deletedProjectId\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ContentOfProject($id: ID!) {\n    project(id: $id) {\n      id\n      models {\n        id\n      }\n      deployments {\n        id\n      }\n    }\n    apiKeys(of: { projectId: $id }, first: 1) {\n      totalCount\n    }\n  }\n"): (typeof documents)["\n  query ContentOfProject($id: ID!) {\n    project(id: $id) {\n      id\n      models {\n        id\n      }\n      deployments {\n        id\n      }\n    }\n    apiKeys(of: { projectId: $id }, first: 1) {\n      totalCount\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Models($projectId: ID!) {\n    project(id: $projectId) {\n      id\n      ...ViewerCan\n      models {\n        ...ModelFacts\n      }\n    }\n  }\n"): (typeof documents)["\n  query Models($projectId: ID!) {\n    project(id: $projectId) {\n      id\n      ...ViewerCan\n      models {\n        ...ModelFacts\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RegisterModel($input: RegisterModelInput!) {\n    registerModel(input: $input) {\n      ...ModelFacts\n    }\n  }\n"): (typeof documents)["\n  mutation RegisterModel($input: RegisterModelInput!) {\n    registerModel(input: $input) {\n      ...ModelFacts\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SetModelXAxis($input: SetModelXAxisInput!) {\n    setModelXAxis(input: $input) {\n      ...ModelFacts\n    }\n  }\n"): (typeof documents)["\n  mutation SetModelXAxis($input: SetModelXAxisInput!) {\n    setModelXAxis(input: $input) {\n      ...ModelFacts\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment ModelFacts on Model {\n    id\n    name\n    version\n    kind\n    targetProperty\n    unit\n    inputLength\n    xAxis {\n      quantity\n      unit\n      first\n      last\n    }\n    yUnit\n    t2Limit\n    qLimit\n    calibration {\n      rmsep\n      referenceMin\n      referenceMax\n      samples\n    }\n    createdAt\n  }\n"): (typeof documents)["\n  fragment ModelFacts on Model {\n    id\n    name\n    version\n    kind\n    targetProperty\n    unit\n    inputLength\n    xAxis {\n      quantity\n      unit\n      first\n      last\n    }\n    yUnit\n    t2Limit\n    qLimit\n    calibration {\n      rmsep\n      referenceMin\n      referenceMax\n      samples\n    }\n    createdAt\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreateOrganization($name: String!) {\n    createOrganization(name: $name) {\n      id\n      slug\n    }\n  }\n"): (typeof documents)["\n  mutation CreateOrganization($name: String!) {\n    createOrganization(name: $name) {\n      id\n      slug\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreateProject($input: CreateProjectInput!) {\n    createProject(input: $input) {\n      id\n    }\n  }\n"): (typeof documents)["\n  mutation CreateProject($input: CreateProjectInput!) {\n    createProject(input: $input) {\n      id\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query KeysOfFormerMembers {\n    viewer {\n      id\n      organizations {\n        id\n        keysOfFormerMembers {\n          id\n          name\n          prefix\n          status\n          createdBy {\n            id\n            name\n          }\n          project {\n            id\n            name\n          }\n          deployment {\n            id\n            name\n          }\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query KeysOfFormerMembers {\n    viewer {\n      id\n      organizations {\n        id\n        keysOfFormerMembers {\n          id\n          name\n          prefix\n          status\n          createdBy {\n            id\n            name\n          }\n          project {\n            id\n            name\n          }\n          deployment {\n            id\n            name\n          }\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Invitations {\n    viewer {\n      id\n      organizations {\n        id\n        invitations {\n          id\n          email\n          role\n          expiresAt\n          invitedBy {\n            id\n            name\n          }\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query Invitations {\n    viewer {\n      id\n      organizations {\n        id\n        invitations {\n          id\n          email\n          role\n          expiresAt\n          invitedBy {\n            id\n            name\n          }\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RevokeInvitation($id: ID!) {\n    revokeInvitation(id: $id)\n  }\n"): (typeof documents)["\n  mutation RevokeInvitation($id: ID!) {\n    revokeInvitation(id: $id)\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation InviteMember($input: InviteMemberInput!) {\n    inviteMember(input: $input) {\n      id\n      email\n      expiresAt\n      link\n    }\n  }\n"): (typeof documents)["\n  mutation InviteMember($input: InviteMemberInput!) {\n    inviteMember(input: $input) {\n      id\n      email\n      expiresAt\n      link\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SetKeyMails($organizationId: ID!, $enabled: Boolean!) {\n    setKeyMails(organizationId: $organizationId, enabled: $enabled) {\n      id\n      keyMails\n    }\n  }\n"): (typeof documents)["\n  mutation SetKeyMails($organizationId: ID!, $enabled: Boolean!) {\n    setKeyMails(organizationId: $organizationId, enabled: $enabled) {\n      id\n      keyMails\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SetApiKeyPolicy($input: SetApiKeyPolicyInput!) {\n    setApiKeyPolicy(input: $input) {\n      id\n      apiKeyPolicy {\n        maxLifetimeDays\n        expiryRequired\n        projectKeysAllowed\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation SetApiKeyPolicy($input: SetApiKeyPolicyInput!) {\n    setApiKeyPolicy(input: $input) {\n      id\n      apiKeyPolicy {\n        maxLifetimeDays\n        expiryRequired\n        projectKeysAllowed\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query KeysOfMember($createdBy: ID!) {\n    viewer {\n      id\n      organizations {\n        id\n        slug\n        webhooks {\n          id\n          createdBy {\n            id\n          }\n        }\n        usableApiKeys(createdBy: $createdBy) {\n          id\n          name\n          prefix\n          status\n          project {\n            id\n            name\n          }\n          deployment {\n            id\n            name\n          }\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query KeysOfMember($createdBy: ID!) {\n    viewer {\n      id\n      organizations {\n        id\n        slug\n        webhooks {\n          id\n          createdBy {\n            id\n          }\n        }\n        usableApiKeys(createdBy: $createdBy) {\n          id\n          name\n          prefix\n          status\n          project {\n            id\n            name\n          }\n          deployment {\n            id\n            name\n          }\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query OrganizationMembers {\n    viewer {\n      id\n      organizations {\n        id\n        members {\n          person {\n            id\n            name\n          }\n          email\n          role\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query OrganizationMembers {\n    viewer {\n      id\n      organizations {\n        id\n        members {\n          person {\n            id\n            name\n          }\n          email\n          role\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SetOrganizationMember($input: SetOrganizationMemberInput!) {\n    setOrganizationMember(input: $input) {\n      id\n      members {\n        person {\n          id\n        }\n        role\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation SetOrganizationMember($input: SetOrganizationMemberInput!) {\n    setOrganizationMember(input: $input) {\n      id\n      members {\n        person {\n          id\n        }\n        role\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation LeaveOrganization($organizationId: ID!) {\n    leaveOrganization(organizationId: $organizationId)\n  }\n"): (typeof documents)["\n  mutation LeaveOrganization($organizationId: ID!) {\n    leaveOrganization(organizationId: $organizationId)\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Allowances {\n    viewer {\n      id\n      organizations {\n        id\n        allowance {\n          projects {\n            used\n            limit\n          }\n          models {\n            used\n            limit\n          }\n          deployments {\n            used\n            limit\n          }\n          storageBytes {\n            used\n            limit\n          }\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query Allowances {\n    viewer {\n      id\n      organizations {\n        id\n        allowance {\n          projects {\n            used\n            limit\n          }\n          models {\n            used\n            limit\n          }\n          deployments {\n            used\n            limit\n          }\n          storageBytes {\n            used\n            limit\n          }\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Invitation($token: String!) {\n    viewer {\n      id\n      email\n    }\n    invitation(token: $token) {\n      ...InvitationFields\n    }\n  }\n"): (typeof documents)["\n  query Invitation($token: String!) {\n    viewer {\n      id\n      email\n    }\n    invitation(token: $token) {\n      ...InvitationFields\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation AcceptInvitation($token: String!) {\n    acceptInvitation(token: $token) {\n      id\n      slug\n    }\n  }\n"): (typeof documents)["\n  mutation AcceptInvitation($token: String!) {\n    acceptInvitation(token: $token) {\n      id\n      slug\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DeclineInvitation($token: String!) {\n    declineInvitation(token: $token)\n  }\n"): (typeof documents)["\n  mutation DeclineInvitation($token: String!) {\n    declineInvitation(token: $token)\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment InvitationFields on Invitation {\n    id\n    organizationName\n    email\n    role\n    expiresAt\n    invitedBy {\n      id\n      name\n    }\n  }\n"): (typeof documents)["\n  fragment InvitationFields on Invitation {\n    id\n    organizationName\n    email\n    role\n    expiresAt\n    invitedBy {\n      id\n      name\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SignIn($email: EmailAddress!, $password: String!) {\n    signIn(email: $email, password: $password) {\n      id\n    }\n  }\n"): (typeof documents)["\n  mutation SignIn($email: EmailAddress!, $password: String!) {\n    signIn(email: $email, password: $password) {\n      id\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query SignUpPage($token: String!, $invited: Boolean!) {\n    signUpMode\n    invitation(token: $token) @include(if: $invited) {\n      ...InvitationFields\n    }\n  }\n"): (typeof documents)["\n  query SignUpPage($token: String!, $invited: Boolean!) {\n    signUpMode\n    invitation(token: $token) @include(if: $invited) {\n      ...InvitationFields\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SignUp($input: SignUpInput!) {\n    signUp(input: $input) {\n      id\n      organizations {\n        id\n        slug\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation SignUp($input: SignUpInput!) {\n    signUp(input: $input) {\n      id\n      organizations {\n        id\n        slug\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query PredictUsage($id: ID!) {\n    deployment(id: $id) {\n      id\n      usage {\n        month\n        predictions\n        limit\n      }\n    }\n  }\n"): (typeof documents)["\n  query PredictUsage($id: ID!) {\n    deployment(id: $id) {\n      id\n      usage {\n        month\n        predictions\n        limit\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query PredictModel($id: ID!) {\n    deployment(id: $id) {\n      id\n      model {\n        id\n        inputLength\n        xAxis {\n          quantity\n          unit\n          values\n        }\n        yUnit\n        calibration {\n          referenceMin\n          referenceMax\n          yMin\n          yMax\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query PredictModel($id: ID!) {\n    deployment(id: $id) {\n      id\n      model {\n        id\n        inputLength\n        xAxis {\n          quantity\n          unit\n          values\n        }\n        yUnit\n        calibration {\n          referenceMin\n          referenceMax\n          yMin\n          yMax\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Predict(\n    $deploymentId: ID!\n    $spectra: [SpectrumInput!]!\n    $xValues: [Float!]\n    $idempotencyKey: String!\n  ) {\n    predict(\n      deploymentId: $deploymentId\n      spectra: $spectra\n      xValues: $xValues\n      idempotencyKey: $idempotencyKey\n    ) {\n      logId\n      predictions {\n        sampleName\n        value\n        category\n        applicability {\n          verdict\n          t2\n          t2Limit\n          q\n          qLimit\n        }\n        inCalibrationRange\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation Predict(\n    $deploymentId: ID!\n    $spectra: [SpectrumInput!]!\n    $xValues: [Float!]\n    $idempotencyKey: String!\n  ) {\n    predict(\n      deploymentId: $deploymentId\n      spectra: $spectra\n      xValues: $xValues\n      idempotencyKey: $idempotencyKey\n    ) {\n      logId\n      predictions {\n        sampleName\n        value\n        category\n        applicability {\n          verdict\n          t2\n          t2Limit\n          q\n          qLimit\n        }\n        inCalibrationRange\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SetDeploymentActive($id: ID!, $active: Boolean!) {\n    setDeploymentActive(id: $id, active: $active) {\n      id\n      active\n    }\n  }\n"): (typeof documents)["\n  mutation SetDeploymentActive($id: ID!, $active: Boolean!) {\n    setDeploymentActive(id: $id, active: $active) {\n      id\n      active\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query KeysInUse($id: ID!) {\n    apiKeys(of: { deploymentId: $id }, first: 100, status: [ACTIVE], orderBy: LAST_USED) {\n      nodes {\n        id\n        name\n        prefix\n        lastUsedAt\n      }\n    }\n  }\n"): (typeof documents)["\n  query KeysInUse($id: ID!) {\n    apiKeys(of: { deploymentId: $id }, first: 100, status: [ACTIVE], orderBy: LAST_USED) {\n      nodes {\n        id\n        name\n        prefix\n        lastUsedAt\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Deployments($projectId: ID!) {\n    project(id: $projectId) {\n      id\n      ...ViewerCan\n      deployments {\n        id\n        name\n        active\n        createdAt\n        model {\n          id\n          name\n          version\n          targetProperty\n          unit\n        }\n      }\n      models {\n        ...ModelFacts\n      }\n    }\n  }\n"): (typeof documents)["\n  query Deployments($projectId: ID!) {\n    project(id: $projectId) {\n      id\n      ...ViewerCan\n      deployments {\n        id\n        name\n        active\n        createdAt\n        model {\n          id\n          name\n          version\n          targetProperty\n          unit\n        }\n      }\n      models {\n        ...ModelFacts\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreateDeployment($input: CreateDeploymentInput!) {\n    createDeployment(input: $input) {\n      id\n      name\n    }\n  }\n"): (typeof documents)["\n  mutation CreateDeployment($input: CreateDeploymentInput!) {\n    createDeployment(input: $input) {\n      id\n      name\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ProjectMembers($projectId: ID!) {\n    project(id: $projectId) {\n      id\n      ...ViewerCan\n      members {\n        person {\n          id\n          name\n        }\n        email\n        role\n      }\n      organization {\n        id\n        slug\n        members {\n          person {\n            id\n            name\n          }\n          email\n          role\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query ProjectMembers($projectId: ID!) {\n    project(id: $projectId) {\n      id\n      ...ViewerCan\n      members {\n        person {\n          id\n          name\n        }\n        email\n        role\n      }\n      organization {\n        id\n        slug\n        members {\n          person {\n            id\n            name\n          }\n          email\n          role\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SetProjectMember($input: SetProjectMemberInput!) {\n    setProjectMember(input: $input) {\n      id\n      members {\n        person {\n          id\n        }\n        role\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation SetProjectMember($input: SetProjectMemberInput!) {\n    setProjectMember(input: $input) {\n      id\n      members {\n        person {\n          id\n        }\n        role\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ProjectPage($id: ID!) {\n    project(id: $id) {\n      id\n      name\n      ...ViewerCan\n      organization {\n        id\n        slug\n        name\n      }\n    }\n  }\n"): (typeof documents)["\n  query ProjectPage($id: ID!) {\n    project(id: $id) {\n      id\n      name\n      ...ViewerCan\n      organization {\n        id\n        slug\n        name\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreateWebhook($input: CreateWebhookInput!) {\n    createWebhook(input: $input) {\n      secret\n      webhook {\n        id\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation CreateWebhook($input: CreateWebhookInput!) {\n    createWebhook(input: $input) {\n      secret\n      webhook {\n        id\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query WebhookDeliveries($id: ID!, $first: Int!, $after: String) {\n    webhook(id: $id) {\n      id\n      deliveries(first: $first, after: $after) {\n        nodes {\n          id\n          event\n          status\n          createdAt\n          attempts\n          lastAttemptAt\n          httpStatus\n        }\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query WebhookDeliveries($id: ID!, $first: Int!, $after: String) {\n    webhook(id: $id) {\n      id\n      deliveries(first: $first, after: $after) {\n        nodes {\n          id\n          event\n          status\n          createdAt\n          attempts\n          lastAttemptAt\n          httpStatus\n        }\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ResendWebhookDelivery($id: ID!) {\n    resendWebhookDelivery(id: $id) {\n      id\n      status\n    }\n  }\n"): (typeof documents)["\n  mutation ResendWebhookDelivery($id: ID!) {\n    resendWebhookDelivery(id: $id) {\n      id\n      status\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation UpdateWebhook($input: UpdateWebhookInput!) {\n    updateWebhook(input: $input) {\n      id\n      url\n      events\n    }\n  }\n"): (typeof documents)["\n  mutation UpdateWebhook($input: UpdateWebhookInput!) {\n    updateWebhook(input: $input) {\n      id\n      url\n      events\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RotateWebhookSecret($id: ID!) {\n    rotateWebhookSecret(id: $id) {\n      secret\n      webhook {\n        id\n        previousSecretUntil\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation RotateWebhookSecret($id: ID!) {\n    rotateWebhookSecret(id: $id) {\n      secret\n      webhook {\n        id\n        previousSecretUntil\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DeleteWebhook($id: ID!) {\n    deleteWebhook(id: $id) {\n      deletedWebhookId\n    }\n  }\n"): (typeof documents)["\n  mutation DeleteWebhook($id: ID!) {\n    deleteWebhook(id: $id) {\n      deletedWebhookId\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation TestWebhook($id: ID!) {\n    testWebhook(id: $id) {\n      id\n    }\n  }\n"): (typeof documents)["\n  mutation TestWebhook($id: ID!) {\n    testWebhook(id: $id) {\n      id\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Webhooks {\n    viewer {\n      id\n      organizations {\n        id\n        members {\n          person {\n            id\n          }\n        }\n        webhooks {\n          id\n          url\n          events\n          createdAt\n          createdBy {\n            id\n            name\n          }\n          previousSecretUntil\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query Webhooks {\n    viewer {\n      id\n      organizations {\n        id\n        members {\n          person {\n            id\n          }\n        }\n        webhooks {\n          id\n          url\n          events\n          createdAt\n          createdBy {\n            id\n            name\n          }\n          previousSecretUntil\n        }\n      }\n    }\n  }\n"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;