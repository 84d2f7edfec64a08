package openapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

const documentPath = "/openapi.json"

// operation is a route of the document.
type operation struct {
	pattern string // of net/http
	route   *routers.Route
}

func newOperation(doc *openapi3.T, path string, item *openapi3.PathItem, method string, op *openapi3.Operation) *operation {
	pattern, ok := op.Extensions["x-pattern"].(string)
	if !ok {
		pattern = method + " " + path
	}
	return &operation{pattern, &routers.Route{Spec: doc, Path: path, PathItem: item, Method: method, Operation: op}}
}

// nowhere is what the document says about requests that no operation is for.
func nowhere(doc *openapi3.T) *operation {
	answers := &openapi3.Responses{}
	for name, status := range map[string]int{"NoSuchResource": http.StatusNotFound, "MethodNotAllowed": http.StatusMethodNotAllowed} {
		if doc.Components != nil && doc.Components.Responses[name] != nil {
			answers.Set(strconv.Itoa(status), doc.Components.Responses[name])
		}
	}
	return &operation{"not documented", &routers.Route{
		Spec: doc, PathItem: &openapi3.PathItem{}, Operation: &openapi3.Operation{Responses: answers},
	}}
}

func (o *operation) name() string { return o.route.Method + " " + o.route.Path }

// promised are the statuses that the operation documents for itself, not by reference.
func (o *operation) promised() []int {
	var own []int
	for key, answer := range o.route.Operation.Responses.Map() {
		if status, err := strconv.Atoi(key); err == nil && answer.Ref == "" {
			own = append(own, status)
		}
	}
	return own
}

// judge compares an exchange with the operation.
func (o *operation) judge(asked *http.Request, values map[string]string, answer *recorder) error {
	input := &openapi3filter.RequestValidationInput{
		Request: asked, PathParams: values, Route: o.route,
		Options: &openapi3filter.Options{MultiError: true, SkipSettingDefaults: true, AuthenticationFunc: hasCookie},
	}
	var err error
	if answer.Status() < http.StatusBadRequest {
		err = errors.Join(openapi3filter.ValidateRequest(asked.Context(), input), o.judgeQuery(asked))
	}
	return errors.Join(err, o.judgeAnswer(input, answer))
}

// judgeQuery refuses query parameters that the document does not name; OpenAPI itself would not.
func (o *operation) judgeQuery(asked *http.Request) error {
	for name := range asked.URL.Query() {
		if o.route.Operation.Parameters.GetByInAndName(openapi3.ParameterInQuery, name) == nil {
			return fmt.Errorf("the query parameter %q is not documented", name)
		}
	}
	return nil
}

func (o *operation) judgeAnswer(input *openapi3filter.RequestValidationInput, answer *recorder) error {
	promised := o.route.Operation.Responses.Status(answer.Status())
	if promised == nil || promised.Value == nil {
		return fmt.Errorf("status %d is not documented", answer.Status())
	}
	if len(promised.Value.Content) == 0 && answer.body.Len() > 0 {
		return errors.New("there is a body and none is documented")
	}
	given := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: answer.Status(), Header: answer.header,
		Options: &openapi3filter.Options{MultiError: true, IncludeResponseStatus: true},
	}
	return openapi3filter.ValidateResponse(input.Request.Context(), given.SetBodyBytes(answer.body.Bytes()))
}

// hasCookie asks for the cookie of a security scheme; what is in it is the service's business.
func hasCookie(_ context.Context, in *openapi3filter.AuthenticationInput) error {
	_, err := in.RequestValidationInput.Request.Cookie(in.SecurityScheme.Name)
	return err
}
