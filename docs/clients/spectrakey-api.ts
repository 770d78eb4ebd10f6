// Generated from the OpenAPI document of the plain HTTP API by openapi-typescript.

export interface paths {
    "/api/deployments/{deploymentId}/predict": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Predict for spectra
         * @description Predicts for 1 to 1000 spectra. Each counts as one prediction of the month. A call that fails is not charged.
         */
        post: operations["predict"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/organizations/{slug}/projects/{projectId}/deployments/{deploymentId}/predict": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Predict for spectra (full path)
         * @description Predicts for 1 to 1000 spectra. Each counts as one prediction of the month. A call that fails is not charged.
         */
        post: operations["predictInProject"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/deployments/{deploymentId}/predict/file": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Predict for files of spectra
         * @description Predicts for the spectra of one or several files (CSV, JCAMP-DX, SPC), at most 1000 in all: for all of them or none. A file whose points are in exactly the opposite order is put into the model's order. A file that is not clear is refused with its line.
         */
        post: operations["predictFiles"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/organizations/{slug}/projects/{projectId}/deployments/{deploymentId}/predict/file": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Predict for files of spectra (full path)
         * @description Predicts for the spectra of one or several files (CSV, JCAMP-DX, SPC), at most 1000 in all: for all of them or none. A file whose points are in exactly the opposite order is put into the model's order. A file that is not clear is refused with its line.
         */
        post: operations["predictFilesInProject"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Describe the API key of the request
         * @description What the key is, its limits, and the deployments that it reaches. Costs no predictions, and does not count as a use of the key.
         */
        get: operations["getKey"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/key/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revoke the API key of the request
         * @description Ends the key for good, for anyone who finds a leaked one. It needs no body. It works with every key that exists: also when the key has expired, was revoked, is used from another network or has used up its limits. A repeat is answered alike; only an unknown key is refused. Other keys stay as they are.
         */
        post: operations["revokeKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/deployments/{deploymentId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Describe a deployment that the key reaches
         * @description The deployment with its model, and the x value of each point. Costs no predictions, and does not count as a use of the key.
         */
        get: operations["getDeployment"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * This document
         * @description The OpenAPI document of this API. Needs no key.
         */
        get: operations["getOpenApi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * AnsweringModel
         * @description The model that made the predictions.
         */
        AnsweringModel: {
            /**
             * Format: uuid
             * @description The model's id.
             */
            id: string;
            /**
             * @description The model's name; its versions share it.
             * @example Octane by NIR
             */
            name: string;
            /**
             * @description The version, 1, 2, 3, …
             * @example 1
             */
            version: number;
            /**
             * @description The property that it predicts.
             * @example octane number
             */
            target_property: string;
            /** @description The unit of its values; null if it has none. */
            unit: string | null;
        };
        /**
         * Applicability
         * @description Whether the model is applicable to a spectrum.
         */
        Applicability: {
            /**
             * @description Whether all statistics are within their limits.
             * @enum {unknown}
             */
            verdict: "INSIDE" | "OUTSIDE";
            /** @description Hotelling's T²; null if the model has none, or if it is not finite. */
            t2: number | null;
            /** @description The limit of T²; null if the model has no T². */
            t2_limit: number | null;
            /** @description The Q residual; null if the model has none, or if it is not finite. */
            q: number | null;
            /** @description The limit of Q; null if the model has no Q. */
            q_limit: number | null;
        };
        /**
         * Deployment
         * @description A deployment that the key reaches.
         */
        Deployment: {
            /**
             * Format: uuid
             * @description The deployment's id.
             */
            id: string;
            /**
             * @description The deployment's name.
             * @example Octane, production line
             */
            name: string;
            /** @description A description; null if there is none. */
            description: string | null;
            /** @description Whether it answers calls. If not, they fail with 409. */
            active: boolean;
            /**
             * @description The number of points that a spectrum must have.
             * @example 401
             */
            input_length: number;
            usage: components["schemas"]["MonthlyUsage"];
            model: components["schemas"]["Model"];
        };
        /**
         * DeploymentWithAxis
         * @description A deployment, with the x values of its model.
         */
        DeploymentWithAxis: {
            /**
             * Format: uuid
             * @description The deployment's id.
             */
            id: string;
            /**
             * @description The deployment's name.
             * @example Octane, production line
             */
            name: string;
            /** @description A description; null if there is none. */
            description: string | null;
            /** @description Whether it answers calls. If not, they fail with 409. */
            active: boolean;
            /**
             * @description The number of points that a spectrum must have.
             * @example 401
             */
            input_length: number;
            usage: components["schemas"]["MonthlyUsage"];
            model: components["schemas"]["ModelWithAxis"];
        };
        /**
         * File
         * @description A file that was read.
         */
        File: {
            /**
             * @description The filename, as sent.
             * @example monday.csv
             */
            name: string;
            /**
             * @description How the file was read.
             * @enum {unknown}
             */
            format: "CSV" | "JCAMP-DX" | "SPC";
            /**
             * @description The order in which the points were sent to the model: that of the file, or reversed, as the model's axis runs the other way.
             * @enum {unknown}
             */
            order: "AS_IN_FILE" | "REVERSED";
            /** @description Whether the x values of the file are those of the model; false if the model has no x axis. */
            axis_checked: boolean;
            /**
             * @description What was recognized, changed or left out, in sentences for people.
             * @example []
             */
            notes: string[];
        };
        /**
         * FilePrediction
         * @description The prediction for a spectrum of a file.
         */
        FilePrediction: {
            /**
             * @description The name of the sample, as sent.
             * @example sample-1
             */
            sample_name: string;
            /**
             * @description The predicted number or, for classification, the category.
             * @example 87.94
             */
            value: number | string;
            applicability?: components["schemas"]["Applicability"];
            /** @description Whether the value is within the reference values of the calibration; absent if unknown. */
            in_calibration_range?: boolean;
            /**
             * @description The name of the file with the spectrum.
             * @example monday.csv
             */
            file: string;
        };
        /**
         * Key
         * @description The API key of the request.
         */
        Key: {
            /**
             * Format: uuid
             * @description The key's id. It is not a secret.
             */
            id: string;
            /**
             * @description The key's name.
             * @example Process analyser, line 2
             */
            name: string;
            /**
             * @description The first 12 characters of the raw key.
             * @example sk_8Jq2mVx0a
             */
            prefix: string;
            /** @description What the key allows. */
            scopes: "PREDICT"[];
            /** @description When the key expires; null: never. */
            expires_at: string | null;
            /**
             * Format: uuid
             * @description The id of the first key of the rotations that led to this one; its own id if it was not made by a rotation. A call with an idempotency key can be repeated with any key of the same root.
             */
            root_id: string;
            /** @description The networks from which the key may be used, as CIDR blocks; null: from anywhere. */
            allowed_networks: string[] | null;
            /** @description How many predictions the key may make in a month (UTC); null: no limit of its own. */
            monthly_predictions: number | null;
            /** @description What the key has used of `monthly_predictions` this month; null: no limit of its own. */
            usage: components["schemas"]["MonthlyUsage"] | null;
            /** @description How many calls a minute the key may make to each server; null: no limit of its own. */
            calls_per_minute: number | null;
            organization: components["schemas"]["Organization"];
            project: components["schemas"]["Project"];
            /** @description The deployments that the key reaches, newest first. */
            deployments: components["schemas"]["Deployment"][];
        };
        /**
         * Model
         * @description A model.
         */
        Model: {
            /**
             * Format: uuid
             * @description The model's id.
             */
            id: string;
            /**
             * @description The model's name; its versions share it.
             * @example Octane by NIR
             */
            name: string;
            /**
             * @description The version, 1, 2, 3, …
             * @example 1
             */
            version: number;
            /**
             * @description The property that it predicts.
             * @example octane number
             */
            target_property: string;
            /** @description The unit of its values; null if it has none. */
            unit: string | null;
            /**
             * @description Whether it predicts a number or a category.
             * @enum {unknown}
             */
            kind: "REGRESSION" | "CLASSIFICATION";
            /** @description The x axis; null if the model has none, and then cannot check `x_values`. */
            x_axis: components["schemas"]["XAxis"] | null;
        };
        /**
         * ModelWithAxis
         * @description A model, with the values of its x axis.
         */
        ModelWithAxis: {
            /**
             * Format: uuid
             * @description The model's id.
             */
            id: string;
            /**
             * @description The model's name; its versions share it.
             * @example Octane by NIR
             */
            name: string;
            /**
             * @description The version, 1, 2, 3, …
             * @example 1
             */
            version: number;
            /**
             * @description The property that it predicts.
             * @example octane number
             */
            target_property: string;
            /** @description The unit of its values; null if it has none. */
            unit: string | null;
            /**
             * @description Whether it predicts a number or a category.
             * @enum {unknown}
             */
            kind: "REGRESSION" | "CLASSIFICATION";
            /** @description The x axis; null if the model has none, and then cannot check `x_values`. */
            x_axis: components["schemas"]["XAxisWithValues"] | null;
        };
        /**
         * MonthlyUsage
         * @description What was used of a month.
         */
        MonthlyUsage: {
            /**
             * @description The month (UTC), as `YYYY-MM`.
             * @example 2030-01
             */
            month: string;
            /**
             * @description The predictions of the deployment, or of the key, in the month.
             * @example 1250
             */
            predictions: number;
            /** @description The limit for a month: the plan's for a deployment, or the key's own; null: unlimited. */
            limit: number | null;
        };
        /**
         * Organization
         * @description The organization that the key belongs to.
         */
        Organization: {
            /**
             * @description The short name of the organization, for the long paths.
             * @example refinery-lab
             */
            slug: string;
        };
        /**
         * PredictAnswer
         * @description The predictions of a call.
         */
        PredictAnswer: {
            /** @description The predictions, in the order of the spectra. */
            predictions: components["schemas"]["Prediction"][];
            model: components["schemas"]["AnsweringModel"];
            /** @description Whether `x_values` were sent, and are those of the model. */
            x_axis_checked: boolean;
            /**
             * Format: uuid
             * @description The id of the prediction log.
             */
            log_id: string;
        };
        /**
         * PredictFilesAnswer
         * @description The predictions of a call with files.
         */
        PredictFilesAnswer: {
            /** @description The predictions, in the order of the files and of the spectra in them. */
            predictions: components["schemas"]["FilePrediction"][];
            model: components["schemas"]["AnsweringModel"];
            /** @description Whether `x_values` were sent, and are those of the model. */
            x_axis_checked: boolean;
            /**
             * Format: uuid
             * @description The id of the prediction log.
             */
            log_id: string;
            /** @description The files, in the order in which they were sent. */
            files: components["schemas"]["File"][];
        };
        /**
         * PredictFilesRequest
         * @description Files of spectra.
         */
        PredictFilesRequest: {
            /** @description Each file in a part of its own, with its filename. */
            file: Blob[];
        };
        /**
         * PredictRequest
         * @description A call of `predict`.
         */
        PredictRequest: {
            /** @description 1 to 1000 spectra. Each counts as one prediction. */
            spectra: components["schemas"]["Spectrum"][];
            /** @description The x value of each point, the same for all spectra, to be compared with the x axis of the model: equal within a tenth of its smallest step. Otherwise the call fails with 400. Without them, the axis is not checked. */
            x_values?: number[] | null;
        };
        /**
         * Prediction
         * @description The prediction for a spectrum.
         */
        Prediction: {
            /**
             * @description The name of the sample, as sent.
             * @example sample-1
             */
            sample_name: string;
            /**
             * @description The predicted number or, for classification, the category.
             * @example 87.94
             */
            value: number | string;
            applicability?: components["schemas"]["Applicability"];
            /** @description Whether the value is within the reference values of the calibration; absent if unknown. */
            in_calibration_range?: boolean;
        };
        /**
         * Problem
         * @description An error (RFC 9457).
         */
        Problem: {
            /**
             * Format: uri-reference
             * @description A reference to the explanation of the code.
             * @example /api#API_KEY_REVOKED
             */
            type: string;
            /**
             * @description What happened, in one sentence. The same for all errors with this code.
             * @example This API key has been revoked.
             */
            title: string;
            /** @description The HTTP status. */
            status: number;
            /**
             * @description The code of the error, for programs.
             * @enum {unknown}
             */
            code: "UNAUTHENTICATED" | "API_KEY_REVOKED" | "API_KEY_EXPIRED" | "API_KEY_NETWORK_NOT_ALLOWED" | "API_KEY_NOT_AUTHORIZED" | "PLAN_FEATURE_REQUIRED" | "API_KEY_LIMIT_REACHED" | "PLAN_LIMIT_REACHED" | "FORBIDDEN" | "SIGN_UP_CLOSED" | "METHOD_NOT_ALLOWED" | "NOT_FOUND" | "BAD_USER_INPUT" | "GRAPHQL_PARSE_FAILED" | "GRAPHQL_VALIDATION_FAILED" | "PAYLOAD_TOO_LARGE" | "NOT_ACCEPTABLE" | "REQUEST_TIMEOUT" | "UNSUPPORTED_MEDIA_TYPE" | "MISDIRECTED_REQUEST" | "MODEL_FAILED" | "MODEL_IN_USE" | "DEPLOYMENT_INACTIVE" | "IDEMPOTENCY_KEY_REUSED" | "API_KEY_ALREADY_CREATED" | "ROTATION_UNDER_WAY" | "QUOTA_EXCEEDED" | "API_KEY_RATE_LIMITED" | "API_KEY_QUOTA_EXCEEDED" | "RATE_LIMITED" | "UNAVAILABLE" | "INTERNAL_SERVER_ERROR";
            /**
             * @description What happened and what to do, for people.
             * @example This API key has been revoked. Use another key.
             */
            detail: string;
            /**
             * @description The id of the request, as in the server log.
             * @example 01a20881-bb48-761f-bcab-7ec1b0fb9cf1
             */
            request_id: string;
            /** @description Seconds after which the call may succeed, as in the header Retry-After. */
            retry_after?: number;
        };
        /**
         * Project
         * @description The project that the key belongs to.
         */
        Project: {
            /**
             * Format: uuid
             * @description The project's id.
             */
            id: string;
            /**
             * @description The project's name.
             * @example Near infrared
             */
            name: string;
        };
        /**
         * RevokedKey
         * @description The API key of the request, which is revoked.
         */
        RevokedKey: {
            /**
             * Format: uuid
             * @description The key's id. It is not a secret.
             */
            id: string;
            /**
             * @description The key's name.
             * @example Process analyser, line 2
             */
            name: string;
            /**
             * @description The first 12 characters of the raw key.
             * @example sk_8Jq2mVx0a
             */
            prefix: string;
            /**
             * @description The key is revoked.
             * @enum {unknown}
             */
            status: "REVOKED";
            /**
             * Format: date-time
             * @description When the key was revoked: now, or earlier if it already was.
             */
            revoked_at: string;
        };
        /**
         * Spectrum
         * @description A spectrum.
         */
        Spectrum: {
            /**
             * @description The name of the sample, which is returned with its prediction.
             * @example sample-1
             */
            sample_name: string;
            /** @description As many values as the input length of the model, in the order of its x axis. */
            y_values: number[];
        };
        /**
         * XAxis
         * @description The x axis of a model.
         */
        XAxis: {
            /**
             * @description What the x values of a spectrum measure.
             * @enum {unknown}
             */
            quantity: "WAVELENGTH" | "WAVENUMBER" | "RAMAN_SHIFT" | "OTHER";
            /**
             * @description The unit of the x values.
             * @example nm
             */
            unit: string;
            /**
             * @description The x value of the first point.
             * @example 900
             */
            first: number;
            /**
             * @description The x value of the last point; lower than `first` if the axis descends.
             * @example 1700
             */
            last: number;
        };
        /**
         * XAxisWithValues
         * @description The x axis of a model, with its values.
         */
        XAxisWithValues: {
            /**
             * @description What the x values of a spectrum measure.
             * @enum {unknown}
             */
            quantity: "WAVELENGTH" | "WAVENUMBER" | "RAMAN_SHIFT" | "OTHER";
            /**
             * @description The unit of the x values.
             * @example nm
             */
            unit: string;
            /**
             * @description The x value of the first point.
             * @example 900
             */
            first: number;
            /**
             * @description The x value of the last point; lower than `first` if the axis descends.
             * @example 1700
             */
            last: number;
            /**
             * @description The x value of each point, in the order of the model.
             * @example [
             *       900,
             *       902,
             *       904
             *     ]
             */
            values: number[];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: {
        /** @description The id of the request, as in the server log. */
        RequestId: string;
        /** @description When the API key expires; absent if never. */
        KeyExpires: string;
        /** @description What is left of each limit, `"monthly-predictions";r=<predictions>;t=<seconds to the next month>` (draft-ietf-httpapi-ratelimit-headers-10). The same for limits of the key: `"key-monthly-predictions"`, and `"key-calls-a-minute"` with the calls that are left on the server that answers. Separated by commas; absent without a limit. */
        RateLimit: string;
        /** @description The limits, `"monthly-predictions";q=<predictions>;w=<seconds of the month>`, and so on; absent without one. */
        RateLimitPolicy: string;
        /** @description Seconds after which the request may succeed. */
        RetryAfter: number;
        /** @description The scheme of the credential. */
        Authenticate: string;
        /** @description The methods of the path. */
        Allow: string;
        /** @description The type of the body that the path accepts. */
        AcceptPost: string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    predict: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the call safe to retry: choose a new text (1 to 200 characters of ASCII) for each call, and send the same text when you retry it. For 24 hours a retry then returns the first answer, with one charge and one log. Quotes around the text are optional (draft-ietf-httpapi-idempotency-key-header-07). */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description The deployment's id. */
                deploymentId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PredictRequest"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PredictAnswer"];
                };
            };
            /** @description `BAD_USER_INPUT` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAUTHENTICATED` */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "WWW-Authenticate": components["headers"]["Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `API_KEY_REVOKED`, `API_KEY_EXPIRED`, `API_KEY_NETWORK_NOT_ALLOWED`, `API_KEY_NOT_AUTHORIZED`, `PLAN_FEATURE_REQUIRED` */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `NOT_FOUND` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `METHOD_NOT_ALLOWED` */
            405: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    Allow: components["headers"]["Allow"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `REQUEST_TIMEOUT` */
            408: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `DEPLOYMENT_INACTIVE` */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `PAYLOAD_TOO_LARGE` */
            413: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNSUPPORTED_MEDIA_TYPE` */
            415: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Accept-Post": components["headers"]["AcceptPost"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MISDIRECTED_REQUEST` */
            421: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `IDEMPOTENCY_KEY_REUSED` */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `RATE_LIMITED`, `QUOTA_EXCEEDED`, `API_KEY_QUOTA_EXCEEDED`, `API_KEY_RATE_LIMITED` */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `INTERNAL_SERVER_ERROR`, `MODEL_FAILED` */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAVAILABLE` */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    predictInProject: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the call safe to retry: choose a new text (1 to 200 characters of ASCII) for each call, and send the same text when you retry it. For 24 hours a retry then returns the first answer, with one charge and one log. Quotes around the text are optional (draft-ietf-httpapi-idempotency-key-header-07). */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description The short name of the organization. */
                slug: string;
                /** @description The project's id. */
                projectId: string;
                /** @description The deployment's id. */
                deploymentId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PredictRequest"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PredictAnswer"];
                };
            };
            /** @description `BAD_USER_INPUT` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAUTHENTICATED` */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "WWW-Authenticate": components["headers"]["Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `API_KEY_REVOKED`, `API_KEY_EXPIRED`, `API_KEY_NETWORK_NOT_ALLOWED`, `API_KEY_NOT_AUTHORIZED`, `PLAN_FEATURE_REQUIRED` */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `NOT_FOUND` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `METHOD_NOT_ALLOWED` */
            405: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    Allow: components["headers"]["Allow"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `REQUEST_TIMEOUT` */
            408: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `DEPLOYMENT_INACTIVE` */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `PAYLOAD_TOO_LARGE` */
            413: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNSUPPORTED_MEDIA_TYPE` */
            415: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Accept-Post": components["headers"]["AcceptPost"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MISDIRECTED_REQUEST` */
            421: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `IDEMPOTENCY_KEY_REUSED` */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `RATE_LIMITED`, `QUOTA_EXCEEDED`, `API_KEY_QUOTA_EXCEEDED`, `API_KEY_RATE_LIMITED` */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `INTERNAL_SERVER_ERROR`, `MODEL_FAILED` */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAVAILABLE` */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    predictFiles: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the call safe to retry: choose a new text (1 to 200 characters of ASCII) for each call, and send the same text when you retry it. For 24 hours a retry then returns the first answer, with one charge and one log. Quotes around the text are optional (draft-ietf-httpapi-idempotency-key-header-07). */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description The deployment's id. */
                deploymentId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": components["schemas"]["PredictFilesRequest"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PredictFilesAnswer"];
                };
            };
            /** @description `BAD_USER_INPUT` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAUTHENTICATED` */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "WWW-Authenticate": components["headers"]["Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `API_KEY_REVOKED`, `API_KEY_EXPIRED`, `API_KEY_NETWORK_NOT_ALLOWED`, `API_KEY_NOT_AUTHORIZED`, `PLAN_FEATURE_REQUIRED` */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `NOT_FOUND` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `METHOD_NOT_ALLOWED` */
            405: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    Allow: components["headers"]["Allow"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `REQUEST_TIMEOUT` */
            408: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `DEPLOYMENT_INACTIVE` */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `PAYLOAD_TOO_LARGE` */
            413: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNSUPPORTED_MEDIA_TYPE` */
            415: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Accept-Post": components["headers"]["AcceptPost"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MISDIRECTED_REQUEST` */
            421: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `IDEMPOTENCY_KEY_REUSED` */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `RATE_LIMITED`, `QUOTA_EXCEEDED`, `API_KEY_QUOTA_EXCEEDED`, `API_KEY_RATE_LIMITED` */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `INTERNAL_SERVER_ERROR`, `MODEL_FAILED` */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAVAILABLE` */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    predictFilesInProject: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the call safe to retry: choose a new text (1 to 200 characters of ASCII) for each call, and send the same text when you retry it. For 24 hours a retry then returns the first answer, with one charge and one log. Quotes around the text are optional (draft-ietf-httpapi-idempotency-key-header-07). */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description The short name of the organization. */
                slug: string;
                /** @description The project's id. */
                projectId: string;
                /** @description The deployment's id. */
                deploymentId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": components["schemas"]["PredictFilesRequest"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PredictFilesAnswer"];
                };
            };
            /** @description `BAD_USER_INPUT` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAUTHENTICATED` */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "WWW-Authenticate": components["headers"]["Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `API_KEY_REVOKED`, `API_KEY_EXPIRED`, `API_KEY_NETWORK_NOT_ALLOWED`, `API_KEY_NOT_AUTHORIZED`, `PLAN_FEATURE_REQUIRED` */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `NOT_FOUND` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `METHOD_NOT_ALLOWED` */
            405: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    Allow: components["headers"]["Allow"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `REQUEST_TIMEOUT` */
            408: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `DEPLOYMENT_INACTIVE` */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `PAYLOAD_TOO_LARGE` */
            413: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNSUPPORTED_MEDIA_TYPE` */
            415: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Accept-Post": components["headers"]["AcceptPost"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MISDIRECTED_REQUEST` */
            421: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `IDEMPOTENCY_KEY_REUSED` */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `RATE_LIMITED`, `QUOTA_EXCEEDED`, `API_KEY_QUOTA_EXCEEDED`, `API_KEY_RATE_LIMITED` */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `INTERNAL_SERVER_ERROR`, `MODEL_FAILED` */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAVAILABLE` */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Key"];
                };
            };
            /** @description `BAD_USER_INPUT` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAUTHENTICATED` */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    "WWW-Authenticate": components["headers"]["Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `API_KEY_REVOKED`, `API_KEY_EXPIRED`, `API_KEY_NETWORK_NOT_ALLOWED` */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `NOT_FOUND` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `METHOD_NOT_ALLOWED` */
            405: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    Allow: components["headers"]["Allow"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `PAYLOAD_TOO_LARGE` */
            413: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNSUPPORTED_MEDIA_TYPE` */
            415: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MISDIRECTED_REQUEST` */
            421: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `RATE_LIMITED` */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `INTERNAL_SERVER_ERROR` */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAVAILABLE` */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RevokedKey"];
                };
            };
            /** @description `BAD_USER_INPUT` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAUTHENTICATED` */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    "WWW-Authenticate": components["headers"]["Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `NOT_FOUND` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `METHOD_NOT_ALLOWED` */
            405: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    Allow: components["headers"]["Allow"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `PAYLOAD_TOO_LARGE` */
            413: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNSUPPORTED_MEDIA_TYPE` */
            415: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MISDIRECTED_REQUEST` */
            421: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `RATE_LIMITED` */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `INTERNAL_SERVER_ERROR` */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAVAILABLE` */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getDeployment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The deployment's id. */
                deploymentId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeploymentWithAxis"];
                };
            };
            /** @description `BAD_USER_INPUT` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAUTHENTICATED` */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    "WWW-Authenticate": components["headers"]["Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `API_KEY_REVOKED`, `API_KEY_EXPIRED`, `API_KEY_NETWORK_NOT_ALLOWED`, `API_KEY_NOT_AUTHORIZED` */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `NOT_FOUND` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `METHOD_NOT_ALLOWED` */
            405: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    Allow: components["headers"]["Allow"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `PAYLOAD_TOO_LARGE` */
            413: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNSUPPORTED_MEDIA_TYPE` */
            415: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MISDIRECTED_REQUEST` */
            421: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `RATE_LIMITED` */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `INTERNAL_SERVER_ERROR` */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAVAILABLE` */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getOpenApi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            /** @description `BAD_USER_INPUT` */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAUTHENTICATED` */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    "WWW-Authenticate": components["headers"]["Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `API_KEY_REVOKED`, `API_KEY_EXPIRED`, `API_KEY_NETWORK_NOT_ALLOWED` */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `NOT_FOUND` */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `METHOD_NOT_ALLOWED` */
            405: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    Allow: components["headers"]["Allow"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `PAYLOAD_TOO_LARGE` */
            413: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNSUPPORTED_MEDIA_TYPE` */
            415: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MISDIRECTED_REQUEST` */
            421: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `RATE_LIMITED` */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `INTERNAL_SERVER_ERROR` */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAVAILABLE` */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "API-Key-Expires": components["headers"]["KeyExpires"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
