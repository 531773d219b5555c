#!/usr/bin/env node
import { runHere } from '../dist/cli.js'

await runHere()
