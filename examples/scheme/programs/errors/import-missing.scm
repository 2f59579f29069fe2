(import (scheme base))
(import (no such library))
