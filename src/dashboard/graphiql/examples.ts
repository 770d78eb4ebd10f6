export interface Example {
  title: string;
  query: string;
  variables: Record<string, unknown>;
  headers: Record<string, string>;
}

// A real spectrum, so that the first tab only needs a key and the id of a deployment of the octane model: a gasoline
// sample that the model was not fitted on, NIR log(1/R) at 900–1700 nm in steps of 2 nm, octane number 88.1.
// J. H. Kalivas, Chemometrics and Intelligent Laboratory Systems 37 (1997) 255–259.
const gasoline51 = [
  -0.052634, -0.046971, -0.043205, -0.039538, -0.034724, -0.032414, -0.02982, -0.03367, -0.036481, -0.040107,
  -0.04433, -0.047534, -0.052034, -0.052498, -0.055649, -0.058979, -0.059943, -0.061868, -0.062977, -0.064831,
  -0.066027, -0.067218, -0.068254, -0.069899, -0.070693, -0.071956, -0.072549, -0.073324, -0.075204,
  -0.075195, -0.07523, -0.075484, -0.075131, -0.07473, -0.074773, -0.07458, -0.074087, -0.074339, -0.073742,
  -0.073959, -0.074229, -0.073608, -0.072673, -0.071525, -0.070252, -0.068605, -0.067068, -0.065286,
  -0.063975, -0.062573, -0.062415, -0.062244, -0.061407, -0.060554, -0.058917, -0.057406, -0.055213,
  -0.054085, -0.052198, -0.050981, -0.050503, -0.051307, -0.052494, -0.053417, -0.054829, -0.055709,
  -0.057596, -0.058616, -0.060401, -0.061062, -0.061664, -0.061597, -0.061337, -0.061925, -0.061188,
  -0.061918, -0.061985, -0.062619, -0.063028, -0.063617, -0.064157, -0.064466, -0.064989, -0.06498, -0.065701,
  -0.065707, -0.066367, -0.066418, -0.066871, -0.067312, -0.067662, -0.068369, -0.068649, -0.069738, -0.06977,
  -0.070229, -0.070387, -0.07078, -0.07054, -0.069595, -0.068806, -0.067498, -0.066602, -0.06473, -0.063689,
  -0.061905, -0.059762, -0.057806, -0.055002, -0.052032, -0.048195, -0.043857, -0.037057, -0.028637,
  -0.016781, -0.003158, 0.015521, 0.038408, 0.066417, 0.095265, 0.122729, 0.146476, 0.164045, 0.179809,
  0.190469, 0.193072, 0.184471, 0.167656, 0.149772, 0.135316, 0.129868, 0.131928, 0.140812, 0.152499,
  0.164773, 0.177939, 0.192987, 0.210595, 0.228145, 0.247452, 0.271964, 0.306109, 0.350376, 0.400563,
  0.446189, 0.483238, 0.496697, 0.486847, 0.459895, 0.417275, 0.371481, 0.331429, 0.299463, 0.278126,
  0.261819, 0.24549, 0.226212, 0.207466, 0.18803, 0.168184, 0.148087, 0.129853, 0.111622, 0.096688, 0.081217,
  0.06725, 0.055642, 0.042847, 0.033316, 0.023535, 0.015778, 0.008856, 0.00362, -0.000807, -0.005237,
  -0.007796, -0.01162, -0.015461, -0.019796, -0.023528, -0.027517, -0.031078, -0.034435, -0.037833, -0.040105,
  -0.042812, -0.044381, -0.045965, -0.046691, -0.047517, -0.04768, -0.047476, -0.047251, -0.046581, -0.046776,
  -0.046227, -0.046771, -0.046123, -0.046468, -0.046796, -0.047109, -0.04743, -0.047536, -0.048191, -0.047896,
  -0.048209, -0.047672, -0.047301, -0.046411, -0.045556, -0.044776, -0.043582, -0.042392, -0.040768,
  -0.039868, -0.037987, -0.036685, -0.034527, -0.03237, -0.029604, -0.02606, -0.02263, -0.01724, -0.011866,
  -0.002487, 0.009351, 0.02694, 0.050746, 0.079787, 0.112696, 0.14092, 0.164511, 0.180353, 0.193384, 0.206908,
  0.224249, 0.245187, 0.267912, 0.2919, 0.311131, 0.328788, 0.339397, 0.346255, 0.352443, 0.358437, 0.36441,
  0.366948, 0.362435, 0.351337, 0.337002, 0.320131, 0.306578, 0.297461, 0.294158, 0.292614, 0.290701,
  0.283665, 0.270994, 0.253206, 0.231692, 0.213248, 0.199224, 0.190923, 0.186541, 0.187223, 0.188789,
  0.189621, 0.188292, 0.183955, 0.177358, 0.169611, 0.161311, 0.153474, 0.146575, 0.138042, 0.128217,
  0.117995, 0.10864, 0.102342, 0.095829, 0.092202, 0.089689, 0.088822, 0.088101, 0.086759, 0.084471, 0.082181,
  0.079815, 0.075152, 0.074289, 0.071041, 0.067241, 0.064428, 0.060478, 0.058355, 0.054882, 0.051917,
  0.048204, 0.043983, 0.040208, 0.035262, 0.029893, 0.0245, 0.018955, 0.013695, 0.00974, 0.005011, 0.003125,
  -0.002134, -0.004726, -0.006837, -0.009549, -0.010777, -0.012632, -0.014499, -0.01631, -0.017748, -0.020028,
  -0.021708, -0.022144, -0.024162, -0.025236, -0.026887, -0.027445, -0.028694, -0.028921, -0.029488,
  -0.029528, -0.028486, -0.027196, -0.027163, -0.02597, -0.025662, -0.025353, -0.024078, -0.021462, -0.021546,
  -0.020674, -0.018536, -0.016923, -0.014902, -0.01259, -0.011401, -0.007604, -0.006111, -0.00343, -0.001722,
  0.001494, 0.003864, 0.00675, 0.010904, 0.01486, 0.019519, 0.024555, 0.031116, 0.037239, 0.044812, 0.054869,
  0.065569, 0.081301, 0.098332, 0.118307, 0.141188, 0.161651, 0.188684, 0.213376, 0.240768, 0.260048,
  0.276618, 0.290087, 0.303656, 0.31238, 0.31948, 0.324492, 0.329786, 0.341194, 0.356821, 0.383543, 0.41949,
  0.474027, 0.530003, 0.599299, 0.683315, 0.769168, 0.852478, 0.931285, 1.009207, 1.075155, 1.120391,
  1.163076, 1.198812, 1.205736, 1.222295, 1.238942, 1.245682, 1.191846, 1.198974, 1.180956, 1.176291,
  1.152654, 1.17077,
];

const predict: Example = {
  title: 'Predict',
  query: `# Predict for one or more spectra, as a program does.
#
# 1. Headers, below: put your key after "Api-Key".
# 2. Variables, below: put your deployment's id.
# 3. Press the play button, or Ctrl-Enter.
#
# A spectrum needs as many points as the model's
# inputLength: this one is gasoline, 401 points, for an
# octane model. If you are signed in, you can predict
# without a key: empty the headers.
#
# To have the x axis checked, put the x of each point into
# "xValues", as [900, 902, ...] to 1700: spectra that run
# the other way or over another range are then refused.
mutation Predict(
  $deploymentId: ID!
  $spectra: [SpectrumInput!]!
  $xValues: [Float!]
) {
  predict(
    deploymentId: $deploymentId
    spectra: $spectra
    xValues: $xValues
  ) {
    predictions {
      sampleName
      value
      category
      applicability {
        verdict
        t2
        t2Limit
        q
        qLimit
      }
      inCalibrationRange
    }
    model {
      name
      version
      targetProperty
      unit
      inputLength
      xAxis {
        first
        last
        unit
      }
    }
    logId
    xAxisChecked
  }
}
`,
  variables: {
    deploymentId: '<your-deployment-id>',
    spectra: [{ sampleName: 'gasoline-51', yValues: gasoline51 }],
    xValues: null,
  },
  headers: { Authorization: 'Api-Key sk_<your-key>' },
};

const currentApiKey: Example = {
  title: 'CurrentApiKey',
  query: `# What the key in the headers may call. Costs nothing.
query CurrentApiKey {
  currentApiKey {
    name
    prefix
    expiresAt
    allowedNetworks
    callsPerMinute
    usage {
      predictions
      limit
    }
    deployments {
      id
      name
      active
      usage {
        predictions
        limit
      }
    }
  }
}
`,
  variables: {},
  headers: predict.headers,
};

// A tab of its own, so that Ctrl-Enter in another tab cannot run it.
const revokeThisApiKey: Example = {
  title: 'RevokeThisApiKey',
  query: `# Revoke the key in the headers: for anyone who finds a key
# that leaked. This cannot be undone.
mutation RevokeThisApiKey {
  revokeThisApiKey {
    name
    prefix
    status
    revokedAt
  }
}
`,
  variables: {},
  headers: predict.headers,
};

const signIn: Example = {
  title: 'SignIn',
  query: `# Sign in (sets a cookie). The tabs to the right need it.
# Variables, below: your e-mail and your password.
mutation SignIn(
  $email: EmailAddress!
  $password: String!
) {
  signIn(email: $email, password: $password) {
    id
    name
  }
}

# Create an account and sign in. You get an organization
# on the Free plan with one project.
mutation SignUp($newAccount: SignUpInput!) {
  signUp(input: $newAccount) {
    id
    name
    organizations {
      name
      projects {
        id
        name
      }
    }
  }
}

# Sign out.
mutation SignOut {
  signOut
}
`,
  variables: {
    email: 'ada@laboratory.example',
    password: '<password>',
    newAccount: { name: 'Ada Moreno', email: 'ada@laboratory.example', password: '<password>' },
  },
  headers: {},
};

const viewer: Example = {
  title: 'Viewer',
  query: `# The signed-in person, and ids that the other tabs need.
query Viewer {
  viewer {
    id
    name
    email
    organizations {
      id
      slug
      name
      role
      plan {
        name
        allowApiPredict
        maxApiKeys
        monthlyPredictions
      }
      projects {
        id
        name
        role
        deployments {
          id
          name
          active
        }
      }
    }
  }
}
`,
  variables: {},
  headers: {},
};

const account: Example = {
  title: 'Sessions',
  query: `# Your sessions with their ids.
query Sessions {
  viewer {
    sessions {
      id
      browser
      network
      createdAt
      lastSeenAt
      current
    }
  }
}

# Your address, to compare with a key's networks.
query Address {
  clientAddress {
    address
    hasUnknownProxy
  }
}

# End one of your sessions.
mutation EndSession($sessionId: ID!) {
  endSession(id: $sessionId)
}

# End all sessions except this one.
mutation EndOtherSessions {
  endOtherSessions
}

# Change your password. This ends your other sessions.
mutation ChangePassword($change: ChangePasswordInput!) {
  changePassword(input: $change)
}

# Delete your account. This cannot be undone.
mutation DeleteAccount($password: String!) {
  deleteAccount(password: $password)
}
`,
  variables: {
    sessionId: '<your-session-id>',
    change: { currentPassword: '<password>', newPassword: '<new-password>' },
    password: '<password>',
  },
  headers: {},
};

const models: Example = {
  title: 'Models',
  query: `# A project's models and deployments.
query Models($projectId: ID!) {
  project(id: $projectId) {
    name
    role
    models {
      id
      name
      version
      kind
      targetProperty
      unit
      inputLength
      xAxis {
        quantity
        unit
        first
        last
      }
      calibration {
        rmsep
        referenceMin
        referenceMax
        samples
      }
      createdAt
    }
    deployments {
      id
      name
      active
      model {
        name
        version
      }
    }
  }
}

# Register an ONNX model. Put the file in base64 into
# "onnx": base64 -w0 octane.onnx
mutation RegisterModel($model: RegisterModelInput!) {
  registerModel(input: $model) {
    id
    version
    kind
    inputLength
  }
}

# Give an x axis to a model that has none: one value for
# each point, in the model's order. It cannot be changed.
mutation SetModelXAxis($xAxis: SetModelXAxisInput!) {
  setModelXAxis(input: $xAxis) {
    id
    xAxis {
      first
      last
    }
  }
}

# Create a deployment, which makes a model callable.
mutation CreateDeployment($deployment: CreateDeploymentInput!) {
  createDeployment(input: $deployment) {
    id
    name
    active
  }
}

# Switch a deployment on or off.
mutation SetDeploymentActive(
  $deploymentId: ID!
  $active: Boolean!
) {
  setDeploymentActive(id: $deploymentId, active: $active) {
    id
    active
  }
}

# End the quarantine of a model that crashed, took too
# long or needed too much memory.
mutation ResetQuarantine($deploymentId: ID!) {
  resetQuarantine(deploymentId: $deploymentId) {
    id
    quarantinedUntil
  }
}
`,
  variables: {
    projectId: '<your-project-id>',
    model: {
      projectId: '<your-project-id>',
      name: 'Octane',
      targetProperty: 'octane number',
      unit: null,
      onnx: '<your-onnx-file-in-base64>',
      xAxis: { quantity: 'WAVELENGTH', unit: 'nm', first: 900, last: 1700 },
      yUnit: 'log(1/R)',
    },
    xAxis: { modelId: '<your-model-id>', quantity: 'WAVELENGTH', unit: 'nm', values: [900, 902, 904] },
    deployment: { modelId: '<your-model-id>', name: 'Fuel line 2', description: 'At-line octane check' },
    deploymentId: '<your-deployment-id>',
    active: true,
  },
  headers: {},
};

const apiKeys: Example = {
  title: 'ApiKeys',
  query: `# The keys that reach a deployment, including the keys of
# its project. Raw keys are never listed. "search" finds a
# part of a name, or the first characters of a key.
query ApiKeys(
  $deploymentId: ID!
  $first: Int
  $after: String
  $search: String
  $status: [ApiKeyStatus!]
) {
  apiKeys(
    of: { deploymentId: $deploymentId }
    first: $first
    after: $after
    search: $search
    status: $status
    orderBy: LAST_USED
  ) {
    totalCount
    nodes {
      ...Key
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}

# Whether a key is still used: its predictions on each day
# and its newest calls.
query ApiKeyUse($apiKeyId: ID!) {
  apiKey(id: $apiKeyId) {
    name
    prefix
    lastUsedAt
    dailyPredictions(days: 30) {
      date
      predictions
      isMinimum
    }
    predictionLogs(first: 5) {
      nodes {
        id
        createdAt
        deploymentName
      }
    }
  }
}

# All keys of a project, and how many it can have.
query ProjectApiKeys(
  $projectId: ID!
  $first: Int
  $after: String
) {
  project(id: $projectId) {
    apiKeyAllowance {
      used
      limit
      retiring
    }
  }
  apiKeys(
    of: { projectId: $projectId }
    first: $first
    after: $after
  ) {
    totalCount
    nodes {
      ...Key
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}

fragment Key on ApiKey {
  id
  name
  prefix
  status
  scopes
  deployment {
    name
  }
  createdAt
  createdBy {
    name
  }
  expiresAt
  revokedAt
  lastUsedAt
}
`,
  variables: {
    deploymentId: '<your-deployment-id>',
    projectId: '<your-project-id>',
    apiKeyId: '<your-api-key-id>',
    first: 20,
    after: null,
    search: null,
    status: null,
  },
  headers: {},
};

const createApiKey: Example = {
  title: 'CreateApiKey',
  query: `# Create a key for one integration. The raw key is shown
# only once: copy it into the integration's secret store.
# With the target { "projectId": "..." } the key reaches
# every deployment of the project.
mutation CreateApiKey($input: CreateApiKeyInput!) {
  createApiKey(input: $input) {
    rawKey
    apiKey {
      id
      name
      prefix
      status
      expiresAt
    }
  }
}
`,
  variables: {
    input: {
      target: { deploymentId: '<your-deployment-id>' },
      name: 'LIMS, fuel laboratory',
      expiresAt: '2030-12-31T23:59:59Z',
    },
  },
  headers: {},
};

const updateApiKey: Example = {
  title: 'UpdateApiKey',
  query: `# Change a key, from its next call on. A field that is
# absent stays as it is, null removes.
mutation UpdateApiKey($apiKeyId: ID!) {
  updateApiKey(
    input: {
      id: $apiKeyId
      note: "Rack 4"
      allowedNetworks: ["203.0.113.0/24"]
      callsPerMinute: 60
    }
  ) {
    name
    note
    expiresAt
    allowedNetworks
    monthlyPredictions
    callsPerMinute
  }
}
`,
  variables: { apiKeyId: '<your-api-key-id>' },
  headers: {},
};

const rotateApiKey: Example = {
  title: 'RotateApiKey',
  query: `# Replace a key. Both can be used during the overlap. The
# raw key of the successor is only in this answer.
mutation RotateApiKey($apiKeyId: ID!) {
  rotateApiKey(input: { id: $apiKeyId, overlapSeconds: 86400 }) {
    rawKey
    apiKey {
      id
      prefix
      expiresAt
      successor { id }
      predecessor {
        prefix
        expiresAt
        lastUsedAt
      }
    }
  }
}
`,
  variables: { apiKeyId: '<your-api-key-id>' },
  headers: {},
};

const rehearseRevocation: Example = {
  title: 'RehearseApiKeyRevocation',
  query: `# Refuse a key for some minutes, as if it were revoked, to
# find out who depends on it. It comes back by itself.
mutation RehearseApiKeyRevocation($apiKeyId: ID!) {
  rehearseApiKeyRevocation(id: $apiKeyId, minutes: 5) {
    status
    rehearsalUntil
  }
}

# Ends it early.
mutation EndApiKeyRehearsal($apiKeyId: ID!) {
  endApiKeyRehearsal(id: $apiKeyId) {
    status
    rehearsalUntil
  }
}
`,
  variables: { apiKeyId: '<your-api-key-id>' },
  headers: {},
};

const keyPolicy: Example = {
  title: 'SetApiKeyPolicy',
  query: `# What the organization requires of its API keys. Keys
# that exist keep working.
mutation SetApiKeyPolicy($organizationId: ID!) {
  setApiKeyPolicy(
    input: {
      organizationId: $organizationId
      maxLifetimeDays: null
      expiryRequired: false
      projectKeysAllowed: true
    }
  ) {
    apiKeyPolicy {
      maxLifetimeDays
      expiryRequired
      projectKeysAllowed
    }
  }
}

# Whether you get mails about the API keys.
mutation SetKeyMails($organizationId: ID!) {
  setKeyMails(organizationId: $organizationId, enabled: true) {
    keyMails
  }
}

# The rules that each key breaks.
query BrokenRules($deploymentId: ID!) {
  apiKeys(of: { deploymentId: $deploymentId }) {
    nodes {
      name
      brokenPolicyRules
    }
  }
}
`,
  variables: {
    deploymentId: '<your-deployment-id>',
    organizationId: '<your-organization-id>',
  },
  headers: {},
};

const whoUsesApiKey: Example = {
  title: 'WhoUsesApiKey',
  query: `# Who still calls with a key, before it is revoked: from
# where, how often, when the next call is due, and
# which calls were refused.
query WhoUsesApiKey($apiKeyId: ID!) {
  apiKey(id: $apiKeyId) {
    name
    lastUsedAt
    callers {
      since
      networks {
        network
        calls
        lastAt
      }
    }
    recentUse {
      calls
      networks {
        network
        calls
        lastAt
      }
      medianIntervalSeconds
      nextDueAt
    }
    rehearsedAt
    refusals(days: 30) {
      code
      isRehearsal
      count
      lastAt
      lastNetwork
      networks {
        network
        count
        lastAt
      }
    }
    dailyPredictions(days: 30) {
      date
      predictions
      calls
    }
    predictionLogs(first: 5) {
      nodes {
        createdAt
        network
      }
    }
  }
}
`,
  variables: { apiKeyId: '<your-api-key-id>' },
  headers: {},
};

const revokeApiKey: Example = {
  title: 'RevokeApiKey',
  query: `# Revoke a key: its next call fails. The key is still
# listed. This cannot be undone.
mutation RevokeApiKey($apiKeyId: ID!) {
  revokeApiKey(id: $apiKeyId) {
    id
    name
    status
    revokedAt
    revokedBy {
      name
    }
  }
}
`,
  variables: { apiKeyId: '<your-api-key-id>' },
  headers: {},
};

// A tab of its own: GraphiQL keeps the position of the selected operation when the tab changes, so in a tab with other
// operations Ctrl-Enter could run the deletion although it was not selected.
const deleteApiKey: Example = {
  title: 'DeleteApiKey',
  query: `# Delete a key. This cannot be undone. Prediction logs
# keep its name.
mutation DeleteApiKey($apiKeyId: ID!) {
  deleteApiKey(id: $apiKeyId) {
    deletedApiKeyId
  }
}
`,
  variables: { apiKeyId: '<your-api-key-id>' },
  headers: {},
};

const members: Example = {
  title: 'Members',
  query: `# The members of a project and of its organization.
query Members($projectId: ID!) {
  project(id: $projectId) {
    members {
      ...ProjectRoles
    }
    organization {
      id
      members {
        ...OrganizationRoles
      }
    }
  }
}

# Give a member of the organization a role in a project.
# A null role removes the member from the project.
mutation SetProjectMember(
  $projectMember: SetProjectMemberInput!
) {
  setProjectMember(input: $projectMember) {
    members {
      ...ProjectRoles
    }
  }
}

# Change a member's role in an organization. A null role
# removes the member. Replace the keysOfFormerMembers:
# the person may know their secrets.
mutation SetOrganizationMember(
  $organizationMember: SetOrganizationMemberInput!
) {
  setOrganizationMember(input: $organizationMember) {
    members {
      ...OrganizationRoles
    }
    keysOfFormerMembers {
      name
      prefix
    }
  }
}

# Leave an organization. The last owner cannot leave.
mutation LeaveOrganization($organizationId: ID!) {
  leaveOrganization(organizationId: $organizationId)
}

# Create an organization on the Free plan.
mutation CreateOrganization($organizationName: String!) {
  createOrganization(name: $organizationName) {
    id
    slug
  }
}

# Create another project.
mutation CreateProject($project: CreateProjectInput!) {
  createProject(input: $project) {
    id
    name
  }
}

fragment ProjectRoles on ProjectMember {
  person {
    name
  }
  email
  role
}

fragment OrganizationRoles on OrganizationMember {
  person {
    name
  }
  email
  role
}
`,
  variables: {
    projectId: '<your-project-id>',
    projectMember: {
      projectId: '<your-project-id>',
      email: 'grace@laboratory.example',
      role: 'CONTRIBUTOR',
    },
    organizationMember: {
      organizationId: '<your-organization-id>',
      email: 'grace@laboratory.example',
      role: 'MEMBER',
    },
    organizationId: '<your-organization-id>',
    organizationName: 'Fuel Laboratory',
    project: { organizationId: '<your-organization-id>', name: 'Fuels' },
  },
  headers: {},
};

const invitations: Example = {
  title: 'Invitations',
  query: `# The pending invitations to your organizations. For
# admins and owners.
query Invitations {
  viewer {
    organizations {
      id
      name
      invitations {
        id
        email
        role
        expiresAt
        invitedBy {
          name
        }
      }
    }
  }
}

# Invite a person. The link is shown only once. Give it
# to that person only: anyone who has it can join.
mutation InviteMember($invitation: InviteMemberInput!) {
  inviteMember(input: $invitation) {
    id
    link
    expiresAt
  }
}

# The details of an invitation. The token is the part of
# the link after #. Needs no sign-in.
query Invitation($token: String!) {
  invitation(token: $token) {
    organizationName
    role
    invitedBy {
      name
    }
  }
}

# Accept an invitation. If you have no account, sign up
# with the token in invitationToken instead.
mutation AcceptInvitation($token: String!) {
  acceptInvitation(token: $token) {
    id
    name
  }
}

# Decline an invitation. Needs no sign-in.
mutation DeclineInvitation($token: String!) {
  declineInvitation(token: $token)
}

# Revoke an invitation: its link becomes invalid.
mutation RevokeInvitation($invitationId: ID!) {
  revokeInvitation(id: $invitationId)
}

# Who may sign up on this server.
query SignUpMode {
  signUpMode
}
`,
  variables: {
    invitation: {
      organizationId: '<your-organization-id>',
      email: 'grace@laboratory.example',
      role: 'MEMBER',
    },
    token: '<token>',
    invitationId: '<invitation-id>',
  },
  headers: {},
};

const logs: Example = {
  title: 'Logs',
  query: `# A deployment's calls, newest first, with their keys.
# "onlyOutside" lists only calls with a spectrum that is
# outside the calibration of the model.
query Logs(
  $deploymentId: ID!
  $first: Int
  $after: String
  $onlyOutside: Boolean!
) {
  deployment(id: $deploymentId) {
    name
    predictionLogs(
      first: $first
      after: $after
      onlyOutside: $onlyOutside
    ) {
      nodes {
        id
        createdAt
        source
        apiKeyName
        apiKeyPrefix
        durationMs
        xAxisChecked
        predictions {
          sampleName
          value
          category
          applicability {
            verdict
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}

# This month's predictions and limit (null: unlimited).
query Usage($deploymentId: ID!) {
  deployment(id: $deploymentId) {
    name
    usage {
      month
      predictions
      limit
    }
    outsideThisMonth
  }
}
`,
  variables: { deploymentId: '<your-deployment-id>', first: 20, after: null, onlyOutside: false },
  headers: {},
};

const plan: Example = {
  title: 'Plan',
  query: `# What your organizations use of their plans.
query Plan {
  viewer {
    organizations {
      id
      name
      plan {
        name
        maxStorageMb
      }
      allowance {
        projects {
          ...Used
        }
        models {
          ...Used
        }
        deployments {
          ...Used
        }
        storageBytes {
          ...Used
        }
      }
    }
  }
}

fragment Used on Allowance {
  used
  limit
}
`,
  variables: {},
  headers: {},
};

const rename: Example = {
  title: 'RenameDeployment',
  query: `# Rename a deployment.
mutation RenameDeployment($deploymentId: ID!, $name: String!) {
  renameDeployment(id: $deploymentId, name: $name) {
    id
    name
  }
}

# Rename all versions of a model.
mutation RenameModel($modelId: ID!, $name: String!) {
  renameModel(id: $modelId, name: $name) {
    id
    name
    version
  }
}

# Rename a project.
mutation RenameProject($projectId: ID!, $name: String!) {
  renameProject(id: $projectId, name: $name) {
    id
    name
  }
}

# Rename an organization. Its slug does not change.
mutation RenameOrganization(
  $organizationId: ID!
  $name: String!
) {
  renameOrganization(id: $organizationId, name: $name) {
    id
    name
    slug
  }
}
`,
  variables: {
    deploymentId: '<your-deployment-id>',
    modelId: '<your-model-id>',
    projectId: '<your-project-id>',
    organizationId: '<your-organization-id>',
    name: '<the-new-name>',
  },
  headers: {},
};

const deletions: Example = {
  title: 'DeleteDeployment',
  query: `# Delete a deployment and the keys that reach only it.
# Its logs stay: ProjectLogs, below, lists them.
mutation DeleteDeployment($deploymentId: ID!) {
  deleteDeployment(id: $deploymentId) {
    deletedDeploymentId
  }
}

# The calls of all deployments, including deleted ones.
query ProjectLogs($projectId: ID!) {
  project(id: $projectId) {
    predictionLogs {
      nodes {
        id
        createdAt
        deploymentName
        apiKeyName
      }
    }
  }
}

# Delete one version of a model that no deployment calls.
mutation DeleteModel($modelId: ID!) {
  deleteModel(id: $modelId) {
    deletedModelId
  }
}

# Delete a project with everything in it and its logs.
mutation DeleteProject($projectId: ID!) {
  deleteProject(id: $projectId) {
    deletedProjectId
  }
}

# Delete an organization with everything in it. Confirm
# with its exact name.
mutation DeleteOrganization(
  $organizationId: ID!
  $organizationName: String!
) {
  deleteOrganization(id: $organizationId, name: $organizationName) {
    deletedOrganizationId
  }
}
`,
  variables: {
    deploymentId: '<your-deployment-id>',
    projectId: '<your-project-id>',
    modelId: '<your-model-id>',
    organizationId: '<your-organization-id>',
    organizationName: '<the-name-of-your-organization>',
  },
  headers: {},
};

const webhooks: Example = {
  title: 'CreateWebhook',
  query: `# Be notified of events of an organization. The secret, which
# verifies the signatures, is returned this once.
mutation CreateWebhook($webhook: CreateWebhookInput!) {
  createWebhook(input: $webhook) {
    secret
    webhook {
      id
      url
      events
    }
  }
}

# The webhooks of your organizations.
query Webhooks {
  viewer {
    organizations {
      name
      webhooks {
        id
        url
        events
        createdAt
        previousSecretUntil
      }
    }
  }
}

# What was sent to a webhook.
query WebhookDeliveries($webhookId: ID!) {
  webhook(id: $webhookId) {
    deliveries(first: 10) {
      nodes {
        id
        event
        status
        createdAt
        attempts
        lastAttemptAt
        httpStatus
      }
    }
  }
}

# Send a test to a webhook.
mutation TestWebhook($webhookId: ID!) {
  testWebhook(id: $webhookId) {
    id
    status
  }
}

# Send a delivery again.
mutation ResendWebhookDelivery($deliveryId: ID!) {
  resendWebhookDelivery(id: $deliveryId) {
    id
    status
  }
}

# Change the URL or the events of a webhook.
mutation UpdateWebhook($webhookId: ID!, $events: [WebhookEvent!]) {
  updateWebhook(input: { id: $webhookId, events: $events }) {
    id
    events
  }
}

# Make a new secret. Messages are signed with both for 24
# hours.
mutation RotateWebhookSecret($webhookId: ID!) {
  rotateWebhookSecret(id: $webhookId) {
    secret
    webhook {
      previousSecretUntil
    }
  }
}

# Delete a webhook.
mutation DeleteWebhook($webhookId: ID!) {
  deleteWebhook(id: $webhookId) {
    deletedWebhookId
  }
}
`,
  variables: {
    webhook: {
      organizationId: '<your-organization-id>',
      url: 'https://lims.example/spectrakey',
      events: ['API_KEY_EXPIRING', 'API_KEY_REVOKED', 'QUOTA_80'],
    },
    webhookId: '<your-webhook-id>',
    deliveryId: '<your-delivery-id>',
    events: ['API_KEY_EXPIRED', 'QUOTA_100'],
  },
  headers: {},
};

const activity: Example = {
  title: 'ProjectActivityLog',
  query: `# Who did what in a project: the keys of the last weeks.
query ProjectActivityLog($projectId: ID!, $filter: ActivityFilter) {
  project(id: $projectId) {
    activity(first: 20, filter: $filter) {
      nodes {
        createdAt
        action
        actor {
          name
        }
        actorKind
        network
        subject
        changes {
          field
          from
          to
        }
        details {
          name
          value
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}

# Who did what in an organization. For its admins and owners.
query OrganizationActivityLog($organizationId: ID!) {
  organization(id: $organizationId) {
    activity(first: 20) {
      nodes {
        createdAt
        action
        actor {
          name
        }
        subject
        project {
          name
        }
      }
    }
  }
}
`,
  variables: {
    projectId: '<your-project-id>',
    organizationId: '<your-organization-id>',
    filter: { groups: ['API_KEYS'] },
  },
  headers: {},
};

export const examples: [Example, ...Example[]] = [
  predict,
  signIn,
  viewer,
  logs,
  models,
  apiKeys,
  createApiKey,
  updateApiKey,
  rotateApiKey,
  rehearseRevocation,
  whoUsesApiKey,
  revokeApiKey,
  deleteApiKey,
  members,
  invitations,
  account,
  plan,
  rename,
  keyPolicy,
  deletions,
  webhooks,
  activity,
  currentApiKey,
  revokeThisApiKey,
];
