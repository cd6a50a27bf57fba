#include "sync/normal_form.h"

namespace lockstep::sync {}
