/** A tab that is there on the first visit, ready to run. */
export interface PreparedTab {
  readonly query: string;
  /** JSON. */
  readonly variables?: string;
}

export function tab(query: string, variables: object): PreparedTab {
  return { query: `${query.trim()}\n`, variables: `${JSON.stringify(variables, null, 2)}\n` };
}

/** What every answer says of itself, as it stands inside a payload. */
const ABOUT_THE_ANSWER = `version {
      ref
    }
    timing {
      queueMs
      inferMs
      totalMs
    }
    userErrors {
      field
      code
      message
    }`;

export function predictTab(commentAndName: string, input: object): PreparedTab {
  return tab(
    `${commentAndName}($input: PredictInput!) {
  predict(input: $input) {
    predictions {
      value
      unit
      results {
        name
        value
        unit
      }
      warnings {
        kind
        message
      }
      error {
        kind
        message
      }
    }
    ${ABOUT_THE_ANSWER}
  }
}`,
    { input },
  );
}

export function inferTab(commentAndName: string, input: object): PreparedTab {
  return tab(
    `${commentAndName}($input: InferInput!) {
  infer(input: $input) {
    outputs {
      name
      datatype
      shape
      data
    }
    ${ABOUT_THE_ANSWER}
  }
}`,
    { input },
  );
}
