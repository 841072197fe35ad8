import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { Settings } from './settings.ts'

/** Where resources are made: the stack's region, each tagged so that its cost and owner are known. */
export function inAccount({ tags }: Settings): pulumi.ComponentResourceOptions {
  const provider = new aws.Provider('account', {
    region: new pulumi.Config('aws').require<aws.Region>('region'),
    defaultTags: { tags: { ...tags, Project: 'millrace', Stack: pulumi.getStack() } },
  })
  return { provider }
}
