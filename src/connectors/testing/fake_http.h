#pragma once

#include "connector/testing/fake_http.h"

/// What tests of connectors share; only `*_test.cpp` may include it.
namespace lockstep::connectors::testing {

using namespace lockstep::connector::testing;  // NOLINT(google-build-using-namespace): one name for both layers

}  // namespace lockstep::connectors::testing
