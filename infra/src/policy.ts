import * as pulumi from '@pulumi/pulumi'

/** One statement of an IAM policy. `Allow` unless it says otherwise. */
export interface Statement {
  readonly Sid: string
  readonly Effect?: 'Allow' | 'Deny'
  readonly Principal?: pulumi.Input<'*' | Readonly<Record<string, pulumi.Input<string>>>>
  readonly Action: string | readonly string[]
  readonly Resource?: pulumi.Input<string> | readonly pulumi.Input<string>[]
  readonly Condition?: Readonly<
    Record<string, Readonly<Record<string, pulumi.Input<string> | readonly pulumi.Input<string>[]>>>
  >
}

export function policyOf(statements: readonly Statement[]): pulumi.Output<string> {
  return pulumi.jsonStringify({
    Version: '2012-10-17',
    Statement: statements.map((statement) => ({ Effect: 'Allow', ...statement })),
  })
}

/** Denies every call that does not come over TLS. */
export const refusePlainHttp = (
  action: string,
  resources: readonly pulumi.Input<string>[],
): Statement => ({
  Sid: 'RefusePlainHttp',
  Effect: 'Deny',
  Principal: '*',
  Action: action,
  Resource: resources,
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
})

/**
 * Lets an AWS service take a role.
 *
 * @param sources ARNs of what it takes the role for, as far as the service tells it: for nobody else's then
 *   ("The confused deputy problem" in the user guide of IAM).
 */
export const trust = (service: string, sources?: pulumi.Input<string>): pulumi.Output<string> =>
  policyOf([
    {
      Sid: 'ServiceTakesRole',
      Principal: { Service: service },
      Action: 'sts:AssumeRole',
      ...(sources === undefined ? {} : { Condition: { ArnLike: { 'aws:SourceArn': sources } } }),
    },
  ])
