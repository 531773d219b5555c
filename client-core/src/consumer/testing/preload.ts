/** What the consumer loads when it is first needed, loaded before tests begin: virtual time does not wait for a module. */
import '../../cluster/sharded.js'
import '../epochs.js'
import '../fetch-order.js'
import '../isolation.js'
import '../list-offsets.js'
import '../trouble.js'
