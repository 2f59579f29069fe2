(import (scheme base))
(hashtable-size 1)
